#include "toolkit/course/workshop.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "toolkit/course/keep.hpp"
#include "toolkit/course/lab_flags.hpp"
#include "toolkit/course/lines_of.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

namespace fs = std::filesystem;

/// Changes whenever the file does; nothing is read of it.
std::string stamp(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return path + " is not there\n";
  return fmt::format("{} {} {} {}.{}\n", path, found.st_ino, found.st_size, found.st_mtim.tv_sec,
                     found.st_mtim.tv_nsec);
}

/// The sources in a folder that a program may be made of.
std::vector<std::string> sources_in(const fs::path& folder) {
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const fs::path& path = entry.path();
    const bool is_source = path.extension() == ".cpp" || path.extension() == ".hpp";
    if (is_source && path.filename() != "check.cpp" && entry.is_regular_file()) {
      found.push_back(path);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// All that a program depends on.
std::string inputs_of(const Tree& tree, const Lab& lab, const fs::path& folder, Author author) {
  const LabFlags flags = read_lab_flags(tree, lab);
  std::string inputs = fmt::format("{}\n", static_cast<int>(author)) + stamp(flags.compiler);
  for (const auto& words : {flags.compile, flags.learner, flags.link}) {
    for (const std::string& word : words) {
      inputs += word.ends_with(".a") ? stamp(word) : word + "\n";
      if (word.ends_with(".hxx")) inputs += stamp(word + ".gch");
    }
  }
  for (const char* given : {"toolkit/kernel", "toolkit/lab"}) {
    for (const std::string& file : sources_in(tree.source / given)) {
      if (file.ends_with(".hpp")) inputs += stamp(file);
    }
  }
  for (const std::string& file : sources_in(folder)) inputs += file + "\n" + read_file(file);
  return inputs;
}

/// What a program was made of, written beside it.
fs::path record_of(const fs::path& output) {
  return output.parent_path() / ("." + output.filename().native() + ".inputs");
}

/// What the compiler said of it, beside it too: a program that is not compiled again is not silent.
fs::path words_of(const fs::path& output) {
  return output.parent_path() / ("." + output.filename().native() + ".said");
}

bool is_current(const fs::path& output, const std::string& inputs) {
  const std::string record = record_of(output);
  return fs::exists(record) && read_file(record) == stamp(output) + inputs;
}

using Words = std::vector<std::string>;

void add(Words& words, const Words& more) { words.insert(words.end(), more.begin(), more.end()); }

/// A cache without a directory of its own fails, and the compiler with it.
bool has_place_for_cache() {
  if (std::getenv("CCACHE_DIR") != nullptr) return true;
  const char* home = std::getenv("HOME");
  return home != nullptr && ::access(home, W_OK) == 0;
}

/// The commands that make a program: one a file, and one that links their objects. In two steps, since
/// a cache knows objects only.
struct Recipe {
  std::vector<Words> compile;
  Words link;
  Words objects;
};

Recipe recipe_for(const Tree& tree, const Lab& lab, const fs::path& folder, const fs::path& draft,
                  Author author) {
  const LabFlags flags = read_lab_flags(tree, lab);
  Words command = {"env", "LC_ALL=C"};  // read_compile_error knows no translation
  if (author == Author::made && has_place_for_cache()) add(command, flags.launcher);
  command.push_back(flags.compiler);
  add(command, flags.compile);
  if (author != Author::course) add(command, flags.learner);
  if (author == Author::made) command.emplace_back("-g0");
  add(command, {"-fdiagnostics-color=never",
                fmt::format("-fmacro-prefix-map={}/={}/", folder.native(), lab.folder().native())});
  Recipe recipe;
  recipe.link = {"env", "LC_ALL=C", flags.compiler};
  for (const std::string& file : lab.files) {
    recipe.objects.push_back(fmt::format("{}.{}.o", draft.native(), recipe.objects.size()));
    recipe.compile.push_back(command);
    add(recipe.compile.back(), {"-c", folder / file, "-o", recipe.objects.back()});
  }
  add(recipe.link, recipe.objects);
  add(recipe.link, flags.link);
  add(recipe.link, {"-o", draft});
  return recipe;
}

/// Names the file as the learner knows it, and shows its line.
void locate(CompileError& error, const Tree& tree, const Lab& lab, const fs::path& folder) {
  if (error.file.empty()) return;
  if (error.line > 0 && fs::is_regular_file(error.file)) {
    const std::string text = read_file(error.file);
    const auto all = lines(text);
    const auto index = static_cast<std::size_t>(error.line) - 1;
    if (index < all.size()) error.source_line = trim(all[index]);
  }
  const auto cut = [&](const std::string& from, const std::string& to) {
    if (error.file.starts_with(from)) error.file = to + error.file.substr(from.size());
  };
  cut(folder.native() + "/", lab.folder().native() + "/");
  cut(tree.source.native() + "/", "");
}

/// FILE:LINE:COLUMN of the compiler, FILE:LINE of the linker, then a mark; of the mark, so many
/// letters are no part of what is said. `ld: cannot find` has no place.
std::optional<CompileError> read_complaint(std::string_view line, std::string_view mark,
                                           std::size_t skipped) {
  const std::size_t at = line.find(mark);
  if (at == std::string_view::npos) return {};
  constexpr std::string_view kLinker = "/usr/bin/ld: ";
  std::string_view place = line.substr(0, at);
  if (place.starts_with(kLinker)) place.remove_prefix(kLinker.size());
  CompileError error{.file = {}, .text = std::string(line.substr(at + skipped))};
  const std::vector<std::string_view> parts = split(place, ':');
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto number = parse_id(parts[i]);
    if (!number) continue;
    error.file = parts[i - 1];
    error.line = static_cast<int>(*number);
    break;
  }
  return error;
}

CompileError first_error(const std::vector<std::string>& said, const ExitStatus& ended) {
  for (const std::string& line : said) {
    // That the linker ended is told last, and is never the reason.
    if (line.find(": error: ld returned ") != std::string::npos) continue;
    if (auto error = read_compile_error(line)) return *error;
  }
  return {.file = {},
          .text = said.empty() ? fmt::format("the compiler ended with {}", ended.shell_code())
                               : said.front()};
}

std::vector<CompileError> warnings_of(const fs::path& output, const Tree& tree, const Lab& lab,
                                      const fs::path& folder) {
  std::vector<CompileError> warnings;
  if (!fs::exists(words_of(output))) return warnings;
  const std::string said = read_file(words_of(output));
  for (const std::string_view line : lines(said)) {
    auto warning = read_warning(line);
    if (!warning) continue;
    locate(*warning, tree, lab, folder);
    warnings.push_back(std::move(*warning));
  }
  return warnings;
}

}  // namespace

fs::path program_of(const Tree& tree, const Lab& lab) { return tree.build / "labs" / lab.name; }

std::optional<CompileError> read_compile_error(std::string_view line) {
  for (const std::string_view mark : {": fatal error: ", ": error: "}) {
    if (auto error = read_complaint(line, mark, mark.size())) return error;
  }
  for (const std::string_view mark : {": undefined reference to ", ": multiple definition of "}) {
    if (auto error = read_complaint(line, mark, 2)) return error;
  }
  return {};
}

std::optional<CompileError> read_warning(std::string_view line) {
  constexpr std::string_view kMark = ": warning: ";
  return read_complaint(line, kMark, kMark.size());
}

Built compile(const Tree& tree, const Lab& lab, const fs::path& folder, const fs::path& output,
              Author author) {
  const std::string draft = fmt::format("{}.{}", output.native(), ::getpid());
  const Recipe recipe = recipe_for(tree, lab, folder, draft, author);
  const std::string inputs = inputs_of(tree, lab, folder, author);
  if (is_current(output, inputs)) {
    return {.program = output, .warnings = warnings_of(output, tree, lab, folder)};
  }

  const auto start = std::chrono::steady_clock::now();
  make_directories(output.parent_path());
  if (::access(output.parent_path().c_str(), W_OK) != 0) {
    throw std::runtime_error(fmt::format(
        "your program can't be put in {}: {}; if root built it, give it back: sudo chown -R "
        "\"$USER\" {}",
        output.parent_path().native(), std::strerror(errno), tree.build.native()));
  }
  std::vector<std::string> said;
  const auto run = [&](const Words& words) {
    return lines_of(
        words, [&](std::string_view line) { said.emplace_back(line); }, Stderr::among_lines);
  };
  ExitStatus ended;
  for (const Words& words : recipe.compile) {
    if (ended.shell_code() == 0) ended = run(words);
  }
  if (ended.shell_code() == 0) ended = run(recipe.link);
  for (const std::string& object : recipe.objects) fs::remove(object);
  Built built{.program = output};
  if (ended.shell_code() == 0) {
    give_to_owner(draft);
    check(::rename(draft.c_str(), output.c_str()), "rename", output.native());
    write_whole(words_of(output), fmt::format("{}\n", fmt::join(said, "\n")));
    write_whole(record_of(output), stamp(output) + inputs);
    built.warnings = warnings_of(output, tree, lab, folder);
  } else {
    fs::remove(draft);
    fs::remove(output);
    built.error = first_error(said, ended);
    locate(*built.error, tree, lab, folder);
  }
  built.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return built;
}

}  // namespace toolkit::course
