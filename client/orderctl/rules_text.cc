#include "client/orderctl/rules_text.h"

#include <google/protobuf/repeated_field.h>

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/orderctl/columns.h"
#include "client/orderctl/listings.h"
#include "client/orderctl/page_parts.h"
#include "client/orderctl/table.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

Column Titled(Phrase title, Language language, bool wraps = false) {
  return {std::string(title.In(language)), Column::Align::kLeft, wraps};
}

std::string In(const v1::LocalizedText& text, Language language) {
  return language == Language::kGreek ? text.el() : text.en();
}

std::string RolesText(const google::protobuf::RepeatedField<int>& roles, Language language) {
  std::vector<std::string> labels;
  for (const int role : roles) labels.push_back(LabelOf(static_cast<v1::Role>(role), language));
  return absl::StrJoin(labels, ", ");
}

// The labels of actions and the conditions of guards by their numbers.
struct Labels {
  std::map<int, std::string> actions;
  std::map<int, std::string> guards;
};

// The label of `number`; the number itself where the server describes none.
std::string LabelFor(const std::map<int, std::string>& labels, int number) {
  const auto found = labels.find(number);
  return found == labels.end() ? absl::StrCat(number) : found->second;
}

Labels CollectLabels(const v1::DescribeLifecycleResponse& lifecycle, Language language) {
  Labels labels;
  for (const auto& action : lifecycle.actions()) {
    labels.actions[action.action()] = In(action.label(), language);
  }
  for (const auto& guard : lifecycle.guards()) {
    labels.guards[guard.guard()] = In(guard.condition(), language);
  }
  return labels;
}

std::string StatusTable(const v1::DescribeLifecycleResponse& lifecycle, const Reader& reader) {
  Table table({{"#", Column::Align::kRight},
               Titled(words::kStatus, reader.language),
               Titled(words::kMeaning, reader.language, /*wraps=*/true)});
  for (const v1::StatusDescription& status : lifecycle.statuses()) {
    table.AddRow(
        {{absl::StrCat(status.status())},
         {In(status.label(), reader.language), status.active() ? Tone::kStatus : Tone::kFaint},
         {In(status.meaning(), reader.language)}});
  }
  return table.Render(reader.style, reader.width);
}

std::string StepTable(const v1::DescribeLifecycleResponse& lifecycle, const Labels& labels,
                      const Reader& reader) {
  Table table({Titled(words::kFrom, reader.language), Titled(words::kAction, reader.language),
               Titled(words::kTo, reader.language), Titled(words::kWho, reader.language),
               Titled(words::kMustHold, reader.language, /*wraps=*/true)});
  for (const v1::Transition& step : lifecycle.transitions()) {
    std::vector<std::string> guards;
    for (const int guard : step.guards()) guards.push_back(LabelFor(labels.guards, guard));
    table.AddRow({{absl::StrCat(step.from_status())},
                  {LabelFor(labels.actions, step.action())},
                  {absl::StrCat(step.to_status())},
                  {RolesText(step.roles(), reader.language)},
                  {absl::StrJoin(guards, " · ")}});
  }
  return table.Render(reader.style, reader.width);
}

std::string CommandTable(const v1::DescribeLifecycleResponse& lifecycle, const Reader& reader) {
  Table table({Titled(words::kCommand, reader.language),
               Titled(words::kInStatuses, reader.language),
               Titled(words::kWho, reader.language, /*wraps=*/true)});
  for (const v1::CommandRule& rule : lifecycle.commands()) {
    table.AddRow({{In(rule.label(), reader.language)},
                  {rule.statuses().empty() ? "–" : absl::StrJoin(rule.statuses(), ", ")},
                  {RolesText(rule.roles(), reader.language)}});
  }
  return table.Render(reader.style, reader.width);
}

}  // namespace

std::string NextStepText(const v1::ActionExplanation& step, const Reader& reader) {
  const Language language = reader.language;
  std::vector<std::string> missing;
  for (const v1::GuardFailure& guard : step.guards()) missing.push_back(guard.description());
  if (missing.empty()) missing.emplace_back(words::kNothing.In(language));
  Facts facts(reader);
  facts.Add(words::kStep, absl::StrCat(SubcommandOf(step.action()), ": ", step.label(), " → ",
                                       step.target_text()));
  facts.Add(words::kWho, RolesText(step.roles(), language));
  facts.AddEach(words::kMissing, missing);
  return facts.Render();
}

std::string ExplanationText(const v1::ExplainTransitionsResponse& explanation,
                            const Reader& reader) {
  const Language language = reader.language;
  Table table({Titled(words::kAction, language), Titled(words::kNow, language),
               Titled(words::kLeadsTo, language),
               Titled(words::kWhyNot, language, /*wraps=*/true)});
  for (const v1::ActionExplanation& action : explanation.actions()) {
    table.AddRow({{SubcommandOf(action.action()), Tone::kStrong},
                  {std::string((action.allowed() ? words::kYes : words::kNo).In(language)),
                   action.allowed() ? Tone::kGood : Tone::kBad},
                  {action.target_text()},
                  {absl::StrJoin(action.reasons(), " ")}});
  }
  return absl::StrCat(words::kOrder.In(language), " ",
                      absl::StripPrefix(explanation.name(), "orders/"), ": ",
                      reader.style.Paint(Printable(explanation.status_text()), Tone::kStatus),
                      "\n\n", table.Render(reader.style, reader.width));
}

std::string LifecycleText(const v1::DescribeLifecycleResponse& lifecycle, const Reader& reader) {
  const Labels labels = CollectLabels(lifecycle, reader.language);
  return absl::StrCat(
      reader.style.Paint(words::kStatuses.In(reader.language), Tone::kStrong), "\n",
      StatusTable(lifecycle, reader), Heading(words::kSteps.In(reader.language), reader),
      StepTable(lifecycle, labels, reader), Heading(words::kCommands.In(reader.language), reader),
      CommandTable(lifecycle, reader));
}

}  // namespace ipstore::orders::client
