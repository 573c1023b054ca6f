// What notifications say, mail by mail, and which templates are refused.
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "domain/sentences.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/mail/incoming_email.h"
#include "server/notifications/notification_content.h"
#include "tests/notifications/stories.h"
#include "tests/support/orders.h"

namespace ipstore::orders {
namespace {

using test::Story;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr Language kLanguages[] = {Language::kGreek, Language::kEnglish};

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void WriteFile(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::unique_ptr<NotificationTemplates> BuiltIn() {
  auto templates = NotificationTemplates::Load("", test::ShopInAthens());
  EXPECT_TRUE(templates.ok()) << templates.status();
  return *std::move(templates);
}

NotificationContent Rendered(const Story& story) {
  return BuiltIn()->Render(story.AsNews());
}

// --- Golden mails --------------------------------------------------------------------------------

bool UpdatesGolden() {
  const char* update = std::getenv("IPSTORE_UPDATE_GOLDEN");
  return update != nullptr && std::string(update) == "1";
}

// Compares with the file, or writes it.
void ExpectGolden(const std::filesystem::path& path, const std::string& text) {
  if (UpdatesGolden()) return WriteFile(path, text);
  EXPECT_EQ(ReadFile(path), text) << path << "; IPSTORE_UPDATE_GOLDEN=1 accepts it";
}

class GoldenMails : public ::testing::TestWithParam<Language> {};

TEST_P(GoldenMails, SayWhatTheyHaveSaid) {
  const std::filesystem::path folder =
      std::filesystem::path(IPSTORE_GOLDEN_MAILS) / std::string(Name(GetParam()));
  const auto templates = BuiltIn();
  std::set<std::string> files;
  for (const Story& story : test::StoriesIn(GetParam())) {
    SCOPED_TRACE(story.name);
    const NotificationContent content = templates->Render(story.AsNews());
    ExpectGolden(folder / (story.name + ".txt"),
                 absl::StrCat("Subject: ", content.subject, "\n\n", content.text));
    ExpectGolden(folder / (story.name + ".html"), content.html);
    files.insert({story.name + ".txt", story.name + ".html"});
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    EXPECT_TRUE(files.contains(entry.path().filename())) << entry.path() << " is of no story";
}

INSTANTIATE_TEST_SUITE_P(BothLanguages, GoldenMails, ::testing::ValuesIn(kLanguages),
                         [](const auto& language) { return std::string(Name(language.param)); });

// --- What a mail says ----------------------------------------------------------------------------

TEST(NotificationContent, TheSubjectTellsTheNumberAndTheStatusInItsLabel) {
  EXPECT_EQ(Rendered(test::StoryNamed("order_handed_to_carrier", Language::kGreek)).subject,
            "Παραγγελία 1000000018: Παραδόθηκε σε Μεταφορική/Courier");
  EXPECT_EQ(Rendered(test::StoryNamed("order_handed_to_carrier", Language::kEnglish)).subject,
            "Order 1000000018: Delivered to Carrier/Courier");
}

TEST(NotificationContent, TheTextBeginsWithTheMarkerAndTheHtmlHasIt) {
  for (Language language : kLanguages) {
    const std::string marker(language == Language::kGreek ? ReplyMarkerGreek()
                                                          : ReplyMarkerEnglish());
    for (const Story& story : test::StoriesIn(language)) {
      const NotificationContent content = Rendered(story);
      EXPECT_THAT(content.text, StartsWith(marker + "\n")) << story.name;
      EXPECT_THAT(content.html, HasSubstr(marker)) << story.name;
    }
  }
}

TEST(NotificationContent, NoMailHasLinesThatTagsLeaveBehind) {
  for (Language language : kLanguages) {
    for (const Story& story : test::StoriesIn(language)) {
      const NotificationContent content = Rendered(story);
      for (const std::string& part : {content.subject, content.text, content.html}) {
        EXPECT_THAT(part, AllOf(Not(HasSubstr("{{")), Not(HasSubstr("\x1e")))) << story.name;
        EXPECT_THAT(part, Not(HasSubstr(" \n"))) << story.name;
      }
      EXPECT_THAT(content.text, AllOf(Not(HasSubstr("\n\n\n")), EndsWith("IP Store\n")))
          << story.name;
      EXPECT_THAT(content.html, EndsWith("</html>\n")) << story.name;
    }
  }
}

Story StoryOfMarkup() {
  OrderContent content = test::CourierContent();
  content.customer.name = "<b>Ο'Νηλ & Υιοί</b>";
  test::OrderInTest order(content);
  order.Do(AddComment{.comment = {"1 < 2 & \"3\"\n<script>alert('x')</script>"}});
  return {"markup", order.order(), order.log()};
}

TEST(NotificationContent, WhatPeopleWroteIsNoMarkupInHtml) {
  const std::string html = Rendered(StoryOfMarkup()).html;
  EXPECT_THAT(html, HasSubstr("&lt;b&gt;Ο&#39;Νηλ &amp; Υιοί&lt;/b&gt;"));
  EXPECT_THAT(html, HasSubstr("1 &lt; 2 &amp; &quot;3&quot;<br>\n"
                              "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;<br>"));
  EXPECT_THAT(html, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("&apos;"))));
}

TEST(NotificationContent, WhatPeopleWroteStandsAsItIsInText) {
  const std::string text = Rendered(StoryOfMarkup()).text;
  EXPECT_THAT(text, HasSubstr("Προς: <b>Ο'Νηλ & Υιοί</b>\n"));
  EXPECT_THAT(text, HasSubstr("  | 1 < 2 & \"3\"\n  | <script>alert('x')</script>\n"));
}

TEST(NotificationContent, WhatPeopleWroteIsNoTemplate) {
  test::OrderInTest order;
  order.Do(AddComment{.comment = {"{{number}} {{#lines}} {{>order}} {{"}});
  const NotificationContent content = Rendered({"braces", order.order(), {order.log().back()}});
  EXPECT_THAT(content.text, HasSubstr("  | {{number}} {{#lines}} {{>order}} {{\n"));
  EXPECT_THAT(content.html, HasSubstr("{{number}} {{#lines}} {{&gt;order}} {{<br>"));
}

TEST(NotificationContent, AStepNamesTheMailAlsoBeforeAComment) {
  Story story = test::StoryNamed("order_several", Language::kEnglish);
  const NotificationContent content = Rendered(story);
  EXPECT_EQ(content.subject, "Order 1000000018: Gathering Products");
  EXPECT_THAT(content.text, HasSubstr("  | The coffee comes from the supplier.\n"));
  EXPECT_THAT(content.text, HasSubstr("  | Good morning,\n  |\n  | the router comes"));
}

TEST(NotificationContent, WhatAStatusCallsForIsToldAlsoWhenADateHasChangedSince) {
  const auto mail = [](const char* story, Language language) {
    const NotificationContent content = Rendered(test::StoryNamed(story, language));
    return absl::StrCat(content.subject, "\n", content.text);
  };
  EXPECT_THAT(
      mail("order_pickup_and_date", Language::kGreek),
      AllOf(StartsWith("Παραγγελία 1000000018: Παραλαβή από το Κατάστημα\n"), HasSubstr("Ερμού 18"),
            HasSubstr("Παραλαβή έως: "), HasSubstr("10/11/2026 18:00")));
  EXPECT_THAT(mail("order_pickup_and_date", Language::kEnglish),
              AllOf(StartsWith("Order 1000000018: Pickup from Store\n"), HasSubstr("18 Ermou"),
                    HasSubstr("Please collect it by: "), HasSubstr("10 Nov 2026 18:00")));
  for (const char* story : {"order_carrier_and_date", "order_carrier_and_tracking"}) {
    EXPECT_THAT(mail(story, Language::kGreek),
                AllOf(StartsWith("Παραγγελία 1000000018: Παραδόθηκε σε Μεταφορική/Courier\n"),
                      HasSubstr("  ACS 1234567890\n")));
    EXPECT_THAT(mail(story, Language::kEnglish),
                AllOf(StartsWith("Order 1000000018: Delivered to Carrier/Courier\n"),
                      HasSubstr("  ACS 1234567890\n")));
  }
  EXPECT_THAT(mail("order_carrier_and_date", Language::kEnglish), HasSubstr("10 Nov 2026 18:00"));
  EXPECT_THAT(
      mail("order_carrier_and_tracking", Language::kEnglish),
      AllOf(HasSubstr("  ACS 1234567891\n"), HasSubstr("Expected delivery: 9 Nov 2026 14:00")));
  EXPECT_THAT(mail("order_vehicle_and_date", Language::kGreek),
              AllOf(StartsWith("Παραγγελία 1000000018: Αποστολή με Μέσο της IP Partners\n"),
                    HasSubstr("Όχημα: "), HasSubstr("10/11/2026 18:00")));
  EXPECT_THAT(mail("order_vehicle_and_date", Language::kEnglish),
              AllOf(StartsWith("Order 1000000018: Shipment by IP Partners Vehicle\n"),
                    HasSubstr("Planned delivery: "), HasSubstr("Vehicle: "),
                    HasSubstr("10 Nov 2026 18:00")));
}

TEST(NotificationContent, TheItemsStandInTheFirstMailEvenIfItTellsMore) {
  EXPECT_THAT(Rendered(test::StoryNamed("order_several", Language::kEnglish)).text,
              HasSubstr("[NET-AX3000-W]"));
  EXPECT_THAT(Rendered(test::StoryNamed("order_gathering", Language::kEnglish)).text,
              Not(HasSubstr("[NET-AX3000-W]")));
}

TEST(NotificationContent, TheItemsStandInTheFirstMailThatIsSentWhateverItTells) {
  Story story = test::StoryNamed("order_first_mail", Language::kEnglish);
  EXPECT_THAT(Rendered(story).text, AllOf(HasSubstr("[NET-AX3000-W]"), HasSubstr("€259.15")));
  story.is_first = false;
  EXPECT_THAT(Rendered(story).text, Not(HasSubstr("[NET-AX3000-W]")));
}

TEST(NotificationContent, AFirstDateHasNotChanged) {
  const auto text = [](const char* story, Language language) {
    const NotificationContent content = Rendered(test::StoryNamed(story, language));
    return absl::StrCat(content.subject, "\n", content.text);
  };
  for (const char* first : {"order_promised_delivery_first", "order_expected_delivery_first",
                            "order_promised_pickup_first"}) {
    EXPECT_THAT(text(first, Language::kGreek),
                AllOf(Not(HasSubstr("πλέον")), Not(HasSubstr("λλαγή")), Not(HasSubstr("αντί"))));
    EXPECT_THAT(text(first, Language::kEnglish),
                AllOf(Not(HasSubstr(" now ")), Not(HasSubstr("changed")), Not(HasSubstr("inst"))));
  }
  for (const char* later :
       {"order_promised_delivery", "order_expected_delivery", "order_promised_pickup"}) {
    EXPECT_THAT(text(later, Language::kGreek),
                AllOf(HasSubstr(": Αλλαγή ημερομηνίας"), HasSubstr("πλέον"), HasSubstr(" αντί ")));
    EXPECT_THAT(text(later, Language::kEnglish),
                AllOf(HasSubstr("date changed"), HasSubstr(" is now "), HasSubstr(" instead of ")));
  }
}

TEST(NotificationContent, ACorrectedNumberIsToldWithoutTheAddressOfTheOther) {
  const std::string text =
      Rendered(test::StoryNamed("order_tracking_corrected", Language::kGreek)).text;
  EXPECT_THAT(text, AllOf(HasSubstr("1234567819"), Not(HasSubstr("1234567891"))));
  EXPECT_THAT(text, HasSubstr("Αναμενόμενη παράδοση: 10/11/2026 14:00 αντί για 09/11/2026 14:00"));
}

TEST(NotificationContent, WhatIsPickedUpIsNotSpokenOfAsSent) {
  const std::set<std::string> pickups = {"order_created_pickup",        "order_preparing_pickup",
                                         "order_ready_for_pickup",      "order_not_collected",
                                         "order_promised_pickup_first", "order_promised_pickup"};
  for (const std::string& name : pickups) {
    std::string greek = Rendered(test::StoryNamed(name, Language::kGreek)).text;
    // The name of the status is the same for all, and how it gets there is not what is said of it.
    greek = absl::StrReplaceAll(greek, {{"Προετοιμασία Αποστολής", ""}, {"Τρόπος παράδοσης", ""}});
    for (const char* word : {"παράδοσ", "παραδο", "αποστολ", "μεταφορ", "επέστρεψε", "συγγνώμη"})
      EXPECT_THAT(greek, Not(HasSubstr(word))) << name;
    const std::string english = Rendered(test::StoryNamed(name, Language::kEnglish)).text;
    for (const char* word : {"delivered", "undelivered", "shipping agent", "sorry"})
      EXPECT_THAT(english, Not(HasSubstr(word))) << name;
  }
}

TEST(NotificationContent, MailsOfEnquiriesHaveNoLinkToAnOrdersPage) {
  for (Language language : kLanguages) {
    for (const Story& story : test::StoriesIn(language)) {
      const bool of_order = std::holds_alternative<Order>(story.subject);
      const bool of_guest = absl::EndsWith(story.name, "_guest");
      EXPECT_EQ(absl::StrContains(Rendered(story).html, "/portal/requests/"), of_order && !of_guest)
          << story.name;
    }
  }
}

TEST(NotificationContent, AMailTellsOfItsStepWhereTheOrderHasGoneOnSince) {
  test::OrderInTest order(test::CourierContent());
  order.WalkTo(OrderStatus::kHandedToCarrier);
  Story story{"late", order.order(), {order.log().back()}};
  order.Take(OrderAction::kReturnUndelivered);
  story.subject = order.order();
  const NotificationContent content = Rendered(story);
  EXPECT_THAT(content.subject, EndsWith("Παραδόθηκε σε Μεταφορική/Courier"));
  EXPECT_THAT(content.text, HasSubstr("ACS 1234567890\n"));
}

TEST(NotificationContent, TrackingIsToldWhereTheOrderHasComeBackSince) {
  Story story = test::StoryNamed("order_tracking", Language::kEnglish);
  std::get<Order>(story.subject).parcels.clear();
  EXPECT_THAT(Rendered(story).text, HasSubstr("  ACS 1234567891\n"));
}

TEST(NotificationContent, GuestsGetNoLinkToAPageThatTheyCannotOpen) {
  const NotificationContent guest =
      Rendered(test::StoryNamed("order_received_guest", Language::kEnglish));
  EXPECT_THAT(guest.text, AllOf(Not(HasSubstr("/portal/")), HasSubstr("by replying")));
  EXPECT_THAT(guest.html, Not(HasSubstr("/portal/")));
  const NotificationContent customer =
      Rendered(test::StoryNamed("order_received", Language::kEnglish));
  EXPECT_THAT(customer.html, HasSubstr("/portal/feedback/1000000018\""));
}

TEST(NotificationContent, AShopWithoutPagesHasNoLinks) {
  ShopDetails bare;
  bare.name = "Κατάστημα";
  const auto templates = NotificationTemplates::Load("", bare);
  ASSERT_TRUE(templates.ok()) << templates.status();
  for (Language language : kLanguages) {
    for (const Story& story : test::StoriesIn(language)) {
      const NotificationContent content = (*templates)->Render(story.AsNews());
      EXPECT_THAT(content.html, Not(HasSubstr("href=\"\""))) << story.name;
      EXPECT_THAT(content.text, Not(HasSubstr("ipstore.example"))) << story.name;
      EXPECT_THAT(content.text, EndsWith("\nΚατάστημα\n")) << story.name;
    }
  }
}

TEST(NotificationContent, AfterARedactionTheGreetingStillReadsWell) {
  EXPECT_THAT(Rendered(test::StoryNamed("order_redacted", Language::kGreek)).text,
              HasSubstr("\n\nΓεια σας,\n\n"));
  EXPECT_THAT(Rendered(test::StoryNamed("order_redacted", Language::kEnglish)).text,
              HasSubstr("\n\nDear customer,\n\n"));
}

TEST(NotificationContent, WhatIsForStaffIsInNoMail) {
  test::OrderInTest order(test::CourierContent());
  order.WalkTo(OrderStatus::kProcessing);
  order.Do(test::Failed(CheckKind::kPayment, "Η κάρτα είναι κλεμμένη."));
  order.Do(AddComment{.comment = {"Δύσκολη πελάτισσα.", Visibility::kInternal}});
  order.WalkTo(OrderStatus::kPreparingShipment);
  const NotificationContent content = Rendered({"staff", order.order(), order.log()});
  for (const std::string& part : {content.subject, content.text, content.html}) {
    EXPECT_THAT(part, AllOf(Not(HasSubstr("κλεμμένη")), Not(HasSubstr("Δύσκολη")),
                            Not(HasSubstr("ATH-1")), Not(HasSubstr("eleni"))));
  }
}

TEST(NotificationContent, AMailOfNothingThatCustomersSeeTellsTheStatusOnly) {
  test::OrderInTest order;
  order.Do(AddComment{.comment = {"Δύσκολη πελάτισσα.", Visibility::kInternal}});
  const NotificationContent content = Rendered({"internal", order.order(), {order.log().back()}});
  EXPECT_EQ(content.subject, "Παραγγελία 1000000018: Αναμονή Επεξεργασίας");
  EXPECT_THAT(content.text, Not(HasSubstr("Δύσκολη")));
}

TEST(NotificationContent, EveryActivityMakesAMailForWhoeverWantsToSeeOne) {
  test::OrderInTest order;
  order.WalkTo(OrderStatus::kReceived);
  order.Do(SubmitFeedback{5, "Όλα καλά"}, test::CustomerCaller(test::kMariaId));
  order.Do(SetNotifications{false});
  order.Do(Redact(), test::Redactor());
  for (const Activity& activity : order.log()) {
    const NotificationContent content = Rendered({"any", order.order(), {activity}});
    EXPECT_THAT(content.subject, StartsWith("Παραγγελία 1000000018: "));
    EXPECT_THAT(content.text, HasSubstr("Γεια σας,"));
  }
}

TEST(NotificationContent, TheWordsOfStatusesAreTheDomainsAndInNoTemplate) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(IPSTORE_TEMPLATES)) {
    if (!entry.is_regular_file()) continue;
    const std::string text = ReadFile(entry.path());
    for (Language language : kLanguages) {
      for (OrderStatus status : kOrderStatuses) {
        EXPECT_THAT(text, Not(HasSubstr(std::string(Label(status, language))))) << entry.path();
        EXPECT_THAT(text, Not(HasSubstr(std::string(Meaning(status, language))))) << entry.path();
      }
    }
  }
}

TEST(NotificationContent, EveryTemplateIsInTheListOfThem) {
  const std::string list = ReadFile(std::filesystem::path(IPSTORE_TEMPLATES) / "../TEMPLATES.md");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(IPSTORE_TEMPLATES)) {
    if (!entry.is_regular_file()) continue;
    const std::string stem = entry.path().stem().stem();  // "layout" of layout.html.mustache
    EXPECT_THAT(list,
                ::testing::AnyOf(HasSubstr("`" + stem + "`"), HasSubstr("`" + stem + ".txt`")))
        << entry.path();
  }
}

// --- Templates of a shop's own -------------------------------------------------------------------

class ShopTemplates : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (std::filesystem::temp_directory_path() / "ipstore-mail-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Put(const std::string& name, const std::string& text) { WriteFile(folder_ / name, text); }

  absl::StatusOr<std::unique_ptr<NotificationTemplates>> Load() const {
    return NotificationTemplates::Load(folder_.string(), test::ShopInAthens());
  }

  // Expects the template to be refused in these words, after its path.
  void ExpectRefused(const std::string& name, const std::string& text, const std::string& words) {
    Put(name, text);
    const absl::Status status = Load().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), absl::StrCat((folder_ / name).string(), words));
  }

  std::filesystem::path folder_;
};

TEST_F(ShopTemplates, TakeThePlaceOfTheBuiltInOnesOfTheirName) {
  Put("el/order_step.txt.mustache", "Νέα: {{happened}}\n");
  Put("el/title.txt.mustache", "\n  {{status}}\n!\n");
  Put("el/.order_step.txt.mustache.swp", "passed over");
  const auto templates = Load();
  ASSERT_TRUE(templates.ok()) << templates.status();
  const NotificationContent greek =
      (*templates)->Render(test::StoryNamed("order_processing", Language::kGreek).AsNews());
  EXPECT_EQ(greek.subject, "Παραγγελία 1000000018: Επεξεργασία Παραγγελίας !");
  EXPECT_THAT(greek.text, HasSubstr("\n\nΝέα: Ξεκίνησε η επεξεργασία της παραγγελίας.\n\n"));
  const Story english = test::StoryNamed("order_processing", Language::kEnglish);
  EXPECT_EQ((*templates)->Render(english.AsNews()).text, Rendered(english).text);
}

TEST_F(ShopTemplates, ADirectoryThatIsNotThereIsAnError) {
  const auto templates =
      NotificationTemplates::Load((folder_ / "nowhere").string(), test::ShopInAthens());
  EXPECT_EQ(templates.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(templates.status().message()), HasSubstr("nowhere"));
}

TEST_F(ShopTemplates, OfNoKnownNameAreRefused) {
  ExpectRefused("el/order_createed.html.mustache", "x", ": there is no template of this name");
  std::filesystem::remove_all(folder_ / "el");
  ExpectRefused("order_created.html.mustache", "x", ": there is no template of this name");
}

TEST_F(ShopTemplates, WithoutWhatEveryMailNeedsAreRefused) {
  const std::string text = "el/layout.txt.mustache";
  const std::string html = "el/layout.html.mustache";
  const std::string rest = "{{>body}}\n{{>comments}}\n";
  ExpectRefused(text, "Γεια σας,\n" + rest, ":1: every mail needs {{reply_marker}}");
  ExpectRefused(text, "Γεια σας,\n{{reply_marker}}\n" + rest,
                ":1: {{reply_marker}} must be the first line");
  ExpectRefused(text, "{{reply_marker}}\n{{>comments}}\n", ":1: every mail needs {{>body}}");
  ExpectRefused(text, "{{reply_marker}}\n{{>body}}\n", ":1: every mail needs {{#comments}}");
  Put(text, "{{reply_marker}}\n" + rest);
  ExpectRefused(html, "<p>" + rest, ":1: every mail needs {{reply_marker}}");
  ExpectRefused(html, "<p>{{! none }}</p>", ":1: every mail needs {{>body}}");
  Put(html, "<p>{{reply_marker}}</p>" + rest);
  EXPECT_TRUE(Load().ok()) << Load().status();
}

TEST_F(ShopTemplates, ThatNameNoMailAreRefused) {
  ExpectRefused("el/title.txt.mustache", "{{#is.comment}}Μήνυμα{{/is.comment}}\n",
                ":1: it says nothing in the mail order_created");
  std::filesystem::remove_all(folder_ / "el");
  ExpectRefused("en/subject.txt.mustache", "{{! }}\n",
                ":1: it says nothing in the mail order_created");
}

TEST_F(ShopTemplates, OfASubjectLineWithoutTheNumberAreRefused) {
  ExpectRefused("en/subject.txt.mustache", "{{title}}\n", ":1: every mail needs {{number}}");
  ExpectRefused("en/subject.txt.mustache", "{{#order}}{{number}}: {{/order}}{{title}}\n",
                ":1: every mail needs {{number}}");
}

TEST_F(ShopTemplates, ThatAreNoFilesAreRefused) {
  const std::string name = "el/layout.txt.mustache";
  const auto expect_refused = [&](const std::string& words) {
    EXPECT_EQ(Load().status(),
              absl::InvalidArgumentError(absl::StrCat((folder_ / name).string(), words)));
    std::filesystem::remove_all(folder_ / name);
  };
  Put(name + "/order.txt", "x");
  expect_refused(":1: this is no regular file");
  std::filesystem::create_symlink("/dev/zero", folder_ / name);
  expect_refused(":1: this is no regular file");
  Put(name, std::string((1 << 20) + 1, 'x'));
  expect_refused(":1: the file is larger than 1 MiB");
  ASSERT_EQ(mkfifo((folder_ / name).c_str(), 0600), 0);
  expect_refused(":1: this is no regular file");
}

TEST_F(ShopTemplates, APartMayBeLeftOutOnPurpose) {
  Put("en/earlier.txt.mustache", "{{! not in our shop }}\n");
  ASSERT_TRUE(Load().ok()) << Load().status();
  const Story story = test::StoryNamed("order_several", Language::kEnglish);
  EXPECT_THAT((*Load())->Render(story.AsNews()).text, Not(HasSubstr("so far")));
}

struct BrokenTemplate {
  std::string name;
  std::string text;
  std::string words;  // after the path
};

class BrokenTemplates : public ShopTemplates,
                        public ::testing::WithParamInterface<BrokenTemplate> {};

TEST_P(BrokenTemplates, AreRefusedWithFileAndLine) {
  ExpectRefused("en/order_tracking.html.mustache", GetParam().text, GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(
    OfEachSort, BrokenTemplates,
    ::testing::Values(
        BrokenTemplate{"TagNotClosed", "one\ntwo {{number\n", ":2: Unclosed tag"},
        BrokenTemplate{"TagNotClosedAtTheEnd", "one\ntwo {{", ":2: Unclosed tag"},
        BrokenTemplate{"SectionNotClosed", "{{#order}}\n{{#parcels}}\n",
                       ":2: the section \"parcels\" does not end"},
        BrokenTemplate{"SectionsCrossed", "a\n{{#order}}{{^parcels}}\n\n{{/order}}\n{{/parcels}}",
                       ":4: {{/order}} stands in the section \"parcels\" that begins on line 2"},
        BrokenTemplate{"SectionNotOpened", "a\nb\n{{/order}}", ":3: {{/order}} ends no section"},
        BrokenTemplate{"UnknownValue", "a\nb\n\nc {{nmber}}\n", ":4: there is no {{nmber}} here"},
        BrokenTemplate{"EmptyName", "a\n{{ }}\n", ":2: there is no {{}} here"},
        BrokenTemplate{"UnknownSection", "{{#parcls}}\n{{/parcls}}",
                       ":1: there is no {{parcls}} here"},
        BrokenTemplate{"UnknownInverted", "\n{{^parcls}}{{/parcls}}",
                       ":2: there is no {{parcls}} here"},
        BrokenTemplate{"ValueOfAnotherSection", "{{#order}}\n{{carrier}}\n{{/order}}",
                       ":2: there is no {{carrier}} here"},
        BrokenTemplate{"ValueInASection",
                       "{{#order}}{{#parcels}}\n\n{{carier}}{{/parcels}}{{/order}}",
                       ":3: there is no {{carier}} here"},
        BrokenTemplate{"ValueInAnInverted", "{{^is.comment}}\n{{x}}{{/is.comment}}",
                       ":2: there is no {{x}} here"},
        BrokenTemplate{"DotOutsideOfAText", "{{#order}}\n{{.}}{{/order}}",
                       ":2: there is no {{.}} here"},
        BrokenTemplate{"ObjectAsAValue", "a\n{{order}}",
                       ":2: {{order}} is no text, and can only be a section: {{#order}}"},
        BrokenTemplate{"ListAsAValue", "{{#order}}\n\n{{parcels}}{{/order}}",
                       ":3: {{parcels}} is no text, and can only be a section: {{#parcels}}"},
        BrokenTemplate{"ConditionAsAValue", "{{is.order_tracking}}",
                       ":1: {{is.order_tracking}} is no text, and can only be a section: "
                       "{{#is.order_tracking}}"},
        BrokenTemplate{"UnknownPartial", "\n\n{{> nosuch }}",
                       ":3: there is no partial {{>nosuch}}"},
        BrokenTemplate{"PartialOfItself", "\n{{>order_tracking}}",
                       ":1: the template includes itself"},
        BrokenTemplate{"ThreeBraces", "a\n{{{number}}}",
                       ":2: a value must be escaped: two braces and no \"&\""},
        BrokenTemplate{"Ampersand", "a\n\n{{&number}}",
                       ":3: a value must be escaped: two braces and no \"&\""},
        BrokenTemplate{"Delimiters", "a\n{{=<% %>=}}", ":2: other delimiters cannot be set"},
        BrokenTemplate{"Empty", "",
                       ":1: the template is empty; a part is left out by {{! words }}"},
        BrokenTemplate{"BlanksOnly", " \n\t\n",
                       ":1: the template is empty; a part is left out by {{! words }}"},
        BrokenTemplate{"NotUtf8", "a\n\xe1\xe2", ":2: the text is not in UTF-8"}),
    [](const auto& broken) { return broken.param.name; });

// The tag that begins at `at` with an "x" at the end of its name, and likewise the end of its
// section.
std::string Misspelt(std::string text, std::size_t at) {
  const std::size_t end = text.find("}}", at);
  const std::string name = text.substr(at + 3, end - at - 3);
  if (absl::StrContains("#^", text.substr(at + 2, 1))) {
    const std::size_t section_end = text.find("{{/" + name + "}}", end);
    text.insert(section_end + 3 + name.size(), "x");
  }
  return text.insert(end, "x");
}

int LineOf(const std::string& text, std::size_t at) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<int>(at), '\n'));
}

// In every built-in template: none is passed over.
TEST_F(ShopTemplates, AreRefusedForAnyMisspeltTag) {
  int tags = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(IPSTORE_TEMPLATES)) {
    if (!entry.is_regular_file()) continue;
    const std::string text = ReadFile(entry.path());
    const std::string name = entry.path().lexically_relative(IPSTORE_TEMPLATES).string();
    for (std::size_t at = text.find("{{"); at != std::string::npos; at = text.find("{{", at + 1)) {
      if (text[at + 2] == '/') continue;
      Put(name, Misspelt(text, at));
      const absl::Status status = Load().status();
      EXPECT_THAT(std::string(status.message()),
                  StartsWith(absl::StrCat((folder_ / name).string(), ":", LineOf(text, at), ": ")))
          << text.substr(at, 40);
      ++tags;
    }
    std::filesystem::remove(folder_ / name);
  }
  EXPECT_GT(tags, 500);
}

}  // namespace
}  // namespace ipstore::orders
