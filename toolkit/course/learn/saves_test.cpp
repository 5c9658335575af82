#include "toolkit/course/learn/saves.hpp"

#include <poll.h>

#include "toolkit/test/test.hpp"

namespace toolkit::course {
namespace {

bool is_readable(const Saves& saves) {
  pollfd one{.fd = saves.fd().get(), .events = POLLIN, .revents = 0};
  return ::poll(&one, 1, 0) == 1;
}

TEST_SUITE("unit") {
  TEST_CASE("saves: a file that is written is saved when it is closed") {
    const test::TempDir directory;
    Saves saves(directory.path(), {"uts.cpp"});
    CHECK(!saves.take());
    {
      const Fd file = open_file(directory.at("uts.cpp"), O_WRONLY | O_CREAT, 0644);
      write_all(file, "half", "uts.cpp");
      CHECK(!saves.take());
    }
    CHECK(is_readable(saves));
    CHECK(saves.take());
    CHECK(!saves.take());
  }

  TEST_CASE("saves: a file that is put in place by a rename is saved") {
    const test::TempDir directory;
    static_cast<void>(directory.file("new", "text"));
    Saves saves(directory.path(), {"uts.cpp"});
    std::filesystem::rename(directory.at("new"), directory.at("uts.cpp"));
    CHECK(saves.take());
  }

  TEST_CASE("saves: other files of the directory do not count") {
    const test::TempDir directory;
    Saves saves(directory.path(), {"uts.cpp"});
    static_cast<void>(directory.file(".uts.cpp.swp", "text"));
    static_cast<void>(directory.file("README.md", "text"));
    CHECK(is_readable(saves));
    CHECK(!saves.take());
  }

  TEST_CASE("saves: what is saved several times meanwhile is taken once") {
    const test::TempDir directory;
    Saves saves(directory.path(), {"a.cpp", "b.cpp"});
    static_cast<void>(directory.file("a.cpp", "1"));
    static_cast<void>(directory.file("b.cpp", "2"));
    static_cast<void>(directory.file("README.md", "3"));
    CHECK(saves.take());
    CHECK(!saves.take());
  }
}

}  // namespace
}  // namespace toolkit::course
