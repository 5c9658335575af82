#include "toolkit/course/completion.hpp"

#include <fmt/format.h>

#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

std::string for_bash(const std::vector<VerbWords>& verbs) {
  std::string names;
  std::string cases;
  for (const VerbWords& verb : verbs) {
    names += verb.name + ' ';
    cases += fmt::format("    {}) words='{}' ;;\n", verb.name, fmt::join(verb.words, " "));
  }
  return "_lab() {\n  local words=\n  case ${COMP_WORDS[1]} in\n" + cases +
         "  esac\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then words='" +
         names +
         "'; fi\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
         "}\ncomplete -F _lab lab\n";
}

std::string for_zsh(const std::vector<VerbWords>& verbs) {
  std::string names;
  std::string cases;
  for (const VerbWords& verb : verbs) {
    names += fmt::format("    {}\n", shell_quote(verb.name + ':' + verb.summary));
    cases += fmt::format("    {}) compadd -- {} ;;\n", verb.name, fmt::join(verb.words, " "));
  }
  return "_lab() {\n  local -a verbs=(\n" + names +
         "  )\n"
         "  if (( CURRENT == 2 )); then\n    _describe verb verbs\n    return\n  fi\n"
         "  case $words[2] in\n" +
         cases + "  esac\n}\ncompdef _lab lab\n";
}

std::string for_fish(const std::vector<VerbWords>& verbs) {
  std::string text = "complete -c lab -f\n";
  for (const VerbWords& verb : verbs) {
    text += fmt::format("complete -c lab -n __fish_use_subcommand -a {} -d {}\n", verb.name,
                        shell_quote(verb.summary));
    if (verb.words.empty()) continue;
    text += fmt::format("complete -c lab -n '__fish_seen_subcommand_from {}' -a '{}'\n", verb.name,
                        fmt::join(verb.words, " "));
  }
  return text;
}

}  // namespace

std::string completion(Shell shell, const std::vector<VerbWords>& verbs) {
  switch (shell) {
    case Shell::bash:
      return for_bash(verbs);
    case Shell::zsh:
      return for_zsh(verbs);
    case Shell::fish:
      return for_fish(verbs);
  }
  return {};
}

}  // namespace toolkit::course
