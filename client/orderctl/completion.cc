#include "client/orderctl/completion.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/substitute.h"

namespace ipstore::orders::client {
namespace {

std::string Names(const std::vector<CommandNode>& commands, absl::string_view separator) {
  return absl::StrJoin(commands, separator, [](std::string* out, const CommandNode& command) {
    absl::StrAppend(out, command.name);
  });
}

std::string OptionNames(const CommandNode& command) {
  return absl::StrJoin(command.options, " ", [](std::string* out, const OptionNode& option) {
    absl::StrAppend(out, option.name);
  });
}

std::string PositionalChoices(const CommandNode& command) {
  std::vector<std::string> choices;
  for (const PositionalNode& positional : command.positionals) {
    choices.insert(choices.end(), positional.choices.begin(), positional.choices.end());
  }
  return absl::StrJoin(choices, " ");
}

// In single quotes, for any of the three shells.
std::string Quoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

// --- bash ---

// One branch for each option that takes a value: its choices, or none, which leaves bash to
// complete file names.
std::string BashValueBranches(const CommandNode& command, absl::string_view pattern) {
  std::string out;
  for (const OptionNode& option : command.options) {
    if (!option.takes_value) continue;
    absl::StrAppend(&out, "    ", pattern, ",", option.name,
                    ") words=", Quoted(absl::StrJoin(option.choices, " ")), " ;;\n");
  }
  return out;
}

std::string BashCommandBranch(const CommandNode& command, absl::string_view global_options) {
  return absl::Substitute(
      "        $0,-*) words='$1 $2' ;;\n"
      "        $0,*) words='$3' ;;\n",
      command.name, OptionNames(command), global_options, PositionalChoices(command));
}

// --- zsh ---

// Inside an _arguments specification, brackets and colons have a meaning.
std::string ZshText(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"[", "\\["}, {"]", "\\]"}, {":", "\\:"}});
}

std::string ZshValue(absl::string_view name, const std::vector<std::string>& choices) {
  const std::string action =
      choices.empty() ? "_files" : absl::StrCat("(", absl::StrJoin(choices, " "), ")");
  return absl::StrCat(":", ZshText(name), ":", action);
}

std::string ZshArguments(const CommandNode& command, absl::string_view indent) {
  std::string out;
  for (const OptionNode& option : command.options) {
    std::string spec = absl::StrCat("*", option.name, "[", ZshText(option.description), "]");
    if (option.takes_value) absl::StrAppend(&spec, ZshValue("value", option.choices));
    absl::StrAppend(&out, indent, Quoted(spec), "\n");
  }
  for (const PositionalNode& positional : command.positionals) {
    absl::StrAppend(&out, indent, Quoted(ZshValue(positional.name, positional.choices)), "\n");
  }
  return out;
}

// --- fish ---

// fish offers files only where it is told to.
bool TakesFile(const CommandNode& command) {
  return std::any_of(command.positionals.begin(), command.positionals.end(),
                     [](const PositionalNode& positional) { return positional.name == "FILE"; });
}

std::string FishOption(absl::string_view program, absl::string_view condition,
                       const OptionNode& option) {
  std::string line = absl::StrCat("complete -c ", program, condition, " -l ", option.name.substr(2),
                                  " -d ", Quoted(option.description));
  if (option.takes_value) absl::StrAppend(&line, option.choices.empty() ? " -r" : " -x");
  if (!option.choices.empty()) {
    absl::StrAppend(&line, " -a ", Quoted(absl::StrJoin(option.choices, " ")));
  }
  return absl::StrCat(line, "\n");
}

}  // namespace

std::string BashCompletion(const CommandNode& program) {
  const std::string global = OptionNames(program);
  std::string values = BashValueBranches(program, "*");
  std::string branches = absl::Substitute(
      "        ,-*) words='$0' ;;\n"
      "        ,*) words='$1' ;;\n",
      global, Names(program.subcommands, " "));
  for (const CommandNode& command : program.subcommands) {
    absl::StrAppend(&values, BashValueBranches(command, command.name));
    absl::StrAppend(&branches, BashCommandBranch(command, global));
  }
  return absl::Substitute(R"(# bash completion for $0; use it with: source <($0 completion bash)
_$0() {
  local current=$${COMP_WORDS[COMP_CWORD]} previous=$${COMP_WORDS[COMP_CWORD-1]} command= words= word
  for word in "$${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $$word in
      $1) command=$$word; break ;;
    esac
  done
  case $$command,$$previous in
$2    *)
      case $$command,$$current in
$3      esac
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$$words" -- "$$current")
}
complete -o default -F _$0 $0
)",
                          program.name, Names(program.subcommands, " | "), values, branches);
}

std::string ZshCompletion(const CommandNode& program) {
  std::string descriptions;
  std::string branches;
  for (const CommandNode& command : program.subcommands) {
    absl::StrAppend(&descriptions, "    ",
                    Quoted(absl::StrCat(command.name, ":", command.description)), "\n");
    absl::StrAppend(&branches, "    ", command.name, ")\n      specs+=(\n",
                    ZshArguments(command, "        "), "      )\n      ;;\n");
  }
  return absl::Substitute(R"(#compdef $0
# zsh completion for $0; use it with: source <($0 completion zsh)
_$0() {
  local line state
  local -a commands specs
  specs=(
$1  )
  commands=(
$2  )
  _arguments -C $$specs '1: :->command' '*:: :->rest' && return
  if [[ $$state == command ]]; then
    _describe command commands
    return
  fi
  case $$line[1] in
$3  esac
  _arguments $$specs
}
compdef _$0 $0
)",
                          program.name, ZshArguments(program, "    "), descriptions, branches);
}

std::string FishCompletion(const CommandNode& program) {
  std::string out = absl::Substitute(
      "# fish completion for $0; use it with: $0 completion fish | source\n"
      "complete -c $0 -f\n",
      program.name);
  for (const OptionNode& option : program.options) {
    absl::StrAppend(&out, FishOption(program.name, "", option));
  }
  for (const CommandNode& command : program.subcommands) {
    absl::StrAppend(&out, "complete -c ", program.name, " -n __fish_use_subcommand -a ",
                    command.name, " -d ", Quoted(command.description), "\n");
    const std::string condition =
        absl::StrCat(" -n '__fish_seen_subcommand_from ", command.name, "'");
    for (const OptionNode& option : command.options) {
      absl::StrAppend(&out, FishOption(program.name, condition, option));
    }
    if (const std::string choices = PositionalChoices(command); !choices.empty()) {
      absl::StrAppend(&out, "complete -c ", program.name, condition, " -a ", Quoted(choices), "\n");
    }
    if (TakesFile(command)) {
      absl::StrAppend(&out, "complete -c ", program.name, condition, " -F\n");
    }
  }
  return out;
}

}  // namespace ipstore::orders::client
