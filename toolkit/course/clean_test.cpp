#include "toolkit/course/clean.hpp"

#include "toolkit/container/state.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit::course;  // NOLINT
using toolkit::test::TempDir;

namespace {

/// A clone with a build tree that CMake made for it, or for another.
Tree make_clone(const TempDir& scratch, const std::string& made_for) {
  const std::filesystem::path source = scratch.at("a clone");
  scratch.file("a clone/.lab/progress", "mine");
  scratch.file("a clone/build/CMakeCache.txt",
               "# comment\nCMAKE_HOME_DIRECTORY:INTERNAL=" + made_for + "\n");
  return {.source = source, .build = source / "build"};
}

/// Neither containers nor images.
CleanOptions nowhere(const TempDir& scratch) {
  return {.state = scratch.at("no state"), .store = scratch.at("no store")};
}

/// The state of a runner that was never started, or was killed.
toolkit::StateDirectory make_state(const CleanOptions& options) {
  return toolkit::StateDirectory(options.state);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("clean: the build tree of the clone is found once") {
    const TempDir scratch;
    const Tree tree = make_clone(scratch, scratch.at("a clone"));
    CHECK(build_trees(tree) == std::vector{tree.build});
  }

  TEST_CASE("clean: a build tree elsewhere is found too") {
    const TempDir scratch;
    Tree tree = make_clone(scratch, scratch.at("a clone"));
    scratch.file("cache/CMakeCache.txt",
                 "CMAKE_HOME_DIRECTORY:INTERNAL=" + scratch.at("a clone") + "\n");
    const std::filesystem::path in_clone = tree.build;
    tree.build = scratch.at("cache");
    CHECK(build_trees(tree) == std::vector{in_clone, tree.build});
  }

  TEST_CASE("clean: what was made for another clone is none of ours") {
    const TempDir scratch;
    CHECK(build_trees(make_clone(scratch, "/another/clone")).empty());
  }

  TEST_CASE("clean: a directory that CMake did not make is none of ours") {
    const TempDir scratch;
    const Tree tree = make_clone(scratch, scratch.at("a clone"));
    std::filesystem::remove(tree.build / "CMakeCache.txt");
    CHECK(build_trees(tree).empty());
  }

  TEST_CASE("clean: the build goes and the learner's work stays") {
    const TempDir scratch;
    const Tree tree = make_clone(scratch, scratch.at("a clone"));
    CHECK(clean(tree, nowhere(scratch)) == 0);
    CHECK(!std::filesystem::exists(tree.build));
    CHECK(std::filesystem::exists(tree.source / ".lab/progress"));
  }

  TEST_CASE("clean: an empty state goes") {
    const TempDir scratch;
    const Tree tree = make_clone(scratch, scratch.at("a clone"));
    const CleanOptions options = nowhere(scratch);
    make_state(options);
    CHECK(clean(tree, options) == 0);
    CHECK(!std::filesystem::exists(options.state));
  }

  TEST_CASE("clean: the record of a killed runner goes") {
    const TempDir scratch;
    const Tree tree = make_clone(scratch, scratch.at("a clone"));
    const CleanOptions options = nowhere(scratch);
    make_state(options);
    scratch.file("no state/run/abc", "torn");
    CHECK(clean(tree, options) == 0);
    CHECK(!std::filesystem::exists(options.state));
  }

  TEST_CASE("clean: the record of a running container stays") {
    const TempDir scratch;
    const Tree tree = make_clone(scratch, scratch.at("a clone"));
    const CleanOptions options = nowhere(scratch);
    const toolkit::Record record(make_state(options), "abc");
    CHECK(clean(tree, options) == 0);
    CHECK(std::filesystem::exists(options.state));
  }

  TEST_CASE("clean: images stay until they are named") {
    const TempDir scratch;
    const Tree tree = make_clone(scratch, scratch.at("a clone"));
    CleanOptions options = nowhere(scratch);
    scratch.file("no store/layer", "x");
    CHECK(clean(tree, options) == 0);
    CHECK(std::filesystem::exists(options.store));
    options.images = Images::removed;
    CHECK(clean(tree, options) == 0);
    CHECK(!std::filesystem::exists(options.store));
  }

  TEST_CASE("clean: images of a running container stay") {
    const TempDir scratch;
    const Tree tree = make_clone(scratch, scratch.at("a clone"));
    CleanOptions options = nowhere(scratch);
    options.images = Images::removed;
    scratch.file("no store/layer", "x");
    const toolkit::Record record(make_state(options), "abc");
    CHECK(clean(tree, options) == 1);
    CHECK(std::filesystem::exists(options.store));
    CHECK(std::filesystem::exists(tree.build));
  }

  TEST_CASE("clean: sizes count files and follow no link") {
    const TempDir scratch;
    scratch.file("d/one", "12345");
    scratch.file("d/e/two", "123");
    std::filesystem::create_symlink("one", scratch.at("d/link"));
    CHECK(size_of(scratch.at("d")) == 8);
  }
}
