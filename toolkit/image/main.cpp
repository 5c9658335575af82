// cooper-image: what cooper leaves to a helper because it is heavy and takes the bytes of strangers.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <string>

#include "toolkit/image/busybox.hpp"
#include "toolkit/image/store.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"

namespace {

using toolkit::check;

constexpr int kFailed = 125;

/// What `busybox --list-full` prints.
std::string applets_of(const std::string& busybox) {
  toolkit::Pipe pipe = toolkit::make_pipe();
  toolkit::Process child = toolkit::Process::spawn({}, [&] {
    check(::dup2(pipe.write.get(), STDOUT_FILENO), "dup2");
    check(::execl(busybox.c_str(), "busybox", "--list-full", nullptr), "exec", busybox);
  });
  pipe.write.reset();
  std::string applets = toolkit::read_all(pipe.read, busybox);
  child.await_exec();
  if (child.wait().shell_code() != 0 || applets.empty()) {
    throw std::runtime_error(busybox + ": --list-full names no applets");
  }
  return applets;
}

struct PackOptions {
  std::string busybox = "/bin/busybox";
  std::string output = {};
};

void pack(const PackOptions& options) {
  toolkit::pack_busybox(options.output, toolkit::read_file(options.busybox),
                        applets_of(options.busybox), toolkit::this_platform());
}

struct UnpackOptions {
  std::string store = {};
  std::string layout = {};
  std::string tag = {};
};

void unpack(const UnpackOptions& options) {
  toolkit::unpack_image(std::filesystem::absolute(options.store),
                        std::filesystem::absolute(options.layout), options.tag);
}

struct RemoveOptions {
  std::string store = {};
  std::string layout = {};
  std::string tag = {};
};

void remove(const RemoveOptions& options) {
  const std::string store = std::filesystem::absolute(options.store);
  toolkit::remove_record(store, std::filesystem::absolute(options.layout), options.tag);
  toolkit::remove_unrecorded(store);
}

int run(int argc, char** argv) {
  CLI::App app("Unpacks OCI images for cooper, and packs the embedded one.", "cooper-image");
  app.require_subcommand(1);

  PackOptions packing;
  CLI::App* pack_verb = app.add_subcommand("pack", "make the embedded image, an OCI image layout");
  pack_verb->add_option("--busybox", packing.busybox, "a static busybox")->capture_default_str();
  pack_verb->add_option("--output", packing.output, "directory of the layout")->required();
  pack_verb->callback([&] { pack(packing); });

  UnpackOptions unpacking;
  CLI::App* unpack_verb = app.add_subcommand("unpack", "verify an image and unpack it, once");
  unpack_verb->add_option("--store", unpacking.store, "directory of the store")->required();
  unpack_verb->add_option("LAYOUT", unpacking.layout, "an OCI image layout")->required();
  unpack_verb->add_option("TAG", unpacking.tag, "which of its images, when it has several");
  unpack_verb->callback([&] { unpack(unpacking); });

  RemoveOptions removing;
  CLI::App* remove_verb =
      app.add_subcommand("remove", "forget an image, and its tree with the last");
  remove_verb->add_option("--store", removing.store, "directory of the store")->required();
  remove_verb->add_option("LAYOUT", removing.layout, "its layout, as it was unpacked")->required();
  remove_verb->add_option("TAG", removing.tag, "its tag, as it was unpacked");
  remove_verb->callback([&] { remove(removing); });

  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kFailed;
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    const std::string line = "cooper-image: " + toolkit::printable(error.what()) + "\n";
    std::fputs(line.c_str(), stderr);
    return kFailed;
  }
}
