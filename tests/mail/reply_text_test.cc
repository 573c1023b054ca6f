// What of a text its author wrote, in the cases that are easily got wrong.
#include "server/mail/reply_text.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/mail/incoming_email.h"

namespace ipstore::orders {
namespace {

constexpr char kHeaders[] =
    "From: IP Store <orders@ipstore.example>\nSent: Monday, November 23, 2026 5:12 PM\n"
    "To: Tom\nSubject: Order 1000000018\n\nDear Mr Bennett,\n";

// --- The marker ----------------------------------------------------------------------------------

TEST(ReplyText, EndsAtTheMarkerInEitherLanguage) {
  EXPECT_EQ(ReplyText(absl::StrCat("Yes.\n", ReplyMarkerEnglish(), "\nours\n")), "Yes.");
  EXPECT_EQ(ReplyText(absl::StrCat("Ναι.\n", ReplyMarkerGreek(), "\nours\n")), "Ναι.");
}

TEST(ReplyText, KnowsTheMarkerWhateverStandsAroundIt) {
  for (const char* form : {"*%*", "  %  ", "** % **", "| % |", "_%_", "\t%"}) {
    std::string line = form;
    line.replace(line.find('%'), 1, std::string(ReplyMarkerGreek()));
    EXPECT_EQ(ReplyText("Ναι.\n" + line + "\nours\n"), "Ναι.") << line;
  }
}

TEST(ReplyText, KnowsTheMarkerOverTwoLines) {
  EXPECT_EQ(ReplyText("Yes.\n--- Write your reply\nabove this line ---\nours\n"), "Yes.");
  EXPECT_EQ(ReplyText("Yes.\n> --- Write your\n> reply above this line ---\n> ours\n"), "Yes.");
  EXPECT_EQ(ReplyText("Yes.\n> --- Write your\nreply above this line ---\n> ours\n"), "Yes.");
}

TEST(ReplyText, KnowsTheMarkerInTheMiddleOfALine) {
  EXPECT_EQ(ReplyText(absl::StrCat("Yes. ", ReplyMarkerEnglish(), " Dear Mr Bennett\nours")),
            "Yes.");
}

TEST(ReplyText, KeepsTheMarkersWordsInASentence) {
  EXPECT_EQ(ReplyText("You say: write your reply above this line.\nI do."),
            "You say: write your reply above this line.\nI do.");
}

TEST(ReplyText, LeavesOutWhatAnnouncesTheOriginalAboveTheMarker) {
  EXPECT_EQ(ReplyText(absl::StrCat("Yes.\n\nOn 23/11/2026 17:12, IP Store wrote:\n",
                                   ReplyMarkerEnglish(), "\nours\n")),
            "Yes.");
}

TEST(ReplyText, KeepsWhatStandsBelowAQuotedMarker) {
  EXPECT_EQ(ReplyText(absl::StrCat("> ", ReplyMarkerEnglish(), "\n> ours\n\nBelow.\n> ours\nEnd.")),
            "Below.\n\nEnd.");
}

// --- Announcements -------------------------------------------------------------------------------

TEST(ReplyText, KnowsTheAnnouncementsOfMailPrograms) {
  for (const char* line : {
           "On Mon, Nov 23, 2026 at 5:12 PM IP Store <orders@ipstore.example> wrote:",
           "On Mon, Nov 23, 2026 at 5:12 PM IP Store <\norders@ipstore.example> wrote:",
           "On Mon, Nov 23, 2026, 17:12 IP Store\n<orders@ipstore.example>\nwrote:",
           "On 23 Nov 2026, at 17:12, IP Store <orders@ipstore.example> wrote:",
           "On 23/11/2026 17:12, IP Store wrote:",
           "On 2026-11-23 17:12, IP Store wrote:",
           "On November 23, 2026 5:12:33 PM GMT+02:00, IP Store <o@x.example> wrote:",
           "*On Mon, Nov 23, 2026 at 5:12 PM IP Store wrote:*",
           "Στις Δευ, 23 Νοε 2026 στις 5:12 μ.μ., ο χρήστης IP Store <\no@x.example> έγραψε:",
           "Στις 23 Νοε 2026, στις 5:12 μ.μ., IP Store <o@x.example> έγραψε:",
           "Στις 23/11/26 17:12, ο/η IP Store έγραψε:",
           "ΣΤΙΣ 23/11/26 17:12, Ο/Η IP STORE ΈΓΡΑΨΕ:",
           "Την Δευ, 23 Νοε 2026 στις 17:12 ο χρήστης IP Store έγραψε:",
           "Am 23.11.2026 um 17:12 schrieb IP Store <orders@ipstore.example>:",
           "2026-11-23 17:12 GMT+02:00 IP Store <orders@ipstore.example>:",
       }) {
    EXPECT_EQ(ReplyText(absl::StrCat("Yes.\n\n", line, "\n\n> ours\n> ours")), "Yes.") << line;
  }
}

TEST(ReplyText, EndsAtAnAnnouncementWithAnAddressWhereNothingIsQuoted) {
  EXPECT_EQ(ReplyText("Yes.\n\nOn Mon, Nov 23, 2026 at 5:12 PM IP Store <o@x.example> wrote:\n\n"
                      "Dear Mr Bennett,\nours"),
            "Yes.");
}

TEST(ReplyText, EndsAtTheHeadersOfTheOriginal) {
  for (const char* above :
       {"", "________________________________\n", "-----Original Message-----\n",
        "-----Αρχικό μήνυμα-----\n", "-------- ΑΡΧΙΚΟ ΜΗΝΥΜΑ --------\n\n",
        "---------- Forwarded message ---------\n"}) {
    EXPECT_EQ(ReplyText(absl::StrCat("Yes.\n\n", above, kHeaders)), "Yes.") << above;
  }
  EXPECT_EQ(ReplyText("Ναι.\n\n*Από:* IP Store\n*Ημερομηνία:* Δευτέρα, 23 Νοεμβρίου 2026\n*Προς:* "
                      "Μαρία\n*Θέμα:* Παραγγελία\n\nours"),
            "Ναι.");
}

TEST(ReplyText, TakesHeadersWhoseRecipientsFillLines) {
  EXPECT_EQ(
      ReplyText("Yes.\nFrom: IP Store\nSent: Monday\nTo: A <a@x.example>;\n B <b@x.example>;\n"
                " C <c@x.example>\nCc: D\nSubject: Order\n\nours"),
      "Yes.");
}

// --- What is the author's ------------------------------------------------------------------------

TEST(ReplyText, KeepsWhatOnlyLooksLikeAForm) {
  for (const char* text : {
           "On Monday she wrote:\nit is coming.",
           "On Monday she wrote:",
           "I have it in writing.\nOn 5/11/2026 at 10:30 your colleague wrote:",
           "On 5/11 your colleague wrote:\nwe send it tomorrow",
           "On 5/11 I ordered 3 items at 10:30 and on the phone you wrote:\n3 items",
           "From: Athens\nTo: Patras\nDate: 5/12",
           "Από: Αθήνα\nΠρος: Πάτρα\nΗμερομηνία: 5/12",
           "From: what I see, nothing has moved.\nSubject: closed for me.",
           "Original message: none",
           "----------\nA rule of my own",
           "__________\nAnother one",
           "Sent from my old address, please use the new one.",
           "Στάλθηκε από το κινητό μου η φωτογραφία που ζητήσατε.",
           "a -- b\n--c",
           "Στις 5 το απόγευμα ο courier μου έγραψε:\nέρχομαι",
       }) {
    EXPECT_EQ(ReplyText(text), text);
  }
}

TEST(ReplyText, KeepsASentenceAboveWhatItsAuthorHasQuoted) {
  EXPECT_EQ(ReplyText("On 5/11 I ordered 2 items and you wrote:\n> we send both\nOne came."),
            "On 5/11 I ordered 2 items and you wrote:\n\nOne came.");
}

TEST(ReplyText, KeepsTheAuthorsLineRightAboveAnAnnouncement) {
  EXPECT_EQ(ReplyText("On Tuesday 24/11 I am away\nOn 23/11/2026 17:12, IP Store wrote:\n> ours"),
            "On Tuesday 24/11 I am away");
}

TEST(ReplyText, KeepsWhatIsWrittenBetweenAndBelowQuotedLines) {
  EXPECT_EQ(ReplyText("Hello\n> one\nfirst\n> two\n>> three\nsecond\n\nthird\n> four"),
            "Hello\n\nfirst\n\nsecond\n\nthird");
}

TEST(ReplyText, KeepsAnAnswerBetweenAnnouncementAndQuotedLines) {
  EXPECT_EQ(ReplyText("On 23 Nov 2026, at 17:12, IP Store <o@x.example> wrote:\n\nYes!\n\n> ours"),
            "Yes!");
}

// --- Signatures ----------------------------------------------------------------------------------

TEST(ReplyText, LeavesOutSignatures) {
  for (const char* signature :
       {"-- \nTom\nBennett Ltd", "--\nTom", "Sent from my iPhone", "Sent from my Galaxy A54",
        "Sent from Yahoo Mail on Android", "Sent from Outlook for Android", "Get Outlook for iOS",
        "Get Outlook for Android<https://aka.ms/AAb9ysg>", "Sent from Mail for Windows",
        "Sent with Proton Mail secure email.", "Στάλθηκε από το iPhone μου",
        "Στάλθηκε από το κινητό μου", "Εστάλη από το Galaxy μου", "ΣΤΆΛΘΗΚΕ ΑΠΌ ΤΟ IPHONE ΜΟΥ",
        "Λήψη του Outlook για Android", "Λήψη του Outlook για iOS <https://aka.ms/o0ukef>",
        "Στάλθηκε από το Yahoo Mail σε Android"}) {
    EXPECT_EQ(ReplyText(absl::StrCat("Yes.\n\n", signature, "\n")), "Yes.") << signature;
    EXPECT_EQ(ReplyText(absl::StrCat("Yes.\n\n", signature, "\n\n", kHeaders)), "Yes.")
        << signature;
  }
}

TEST(ReplyText, LeavesOutASignatureAboveTheQuotedLinesAndKeepsWhatIsBelow) {
  EXPECT_EQ(ReplyText("Yes.\n-- \nTom\n> ours\nAnd no.\n-- \nTom"), "Yes.\n\nAnd no.");
}

TEST(ReplyText, KeepsALongTextBelowDashes) {
  std::string text = "Intro\n--";
  for (int i = 0; i < 20; ++i) absl::StrAppend(&text, "\nline ", i);
  EXPECT_EQ(ReplyText(text), text);
}

// --- Form ----------------------------------------------------------------------------------------

TEST(ReplyText, HasNoBlanksAtItsEndsAndOneBlankLineAtMostBetween) {
  EXPECT_EQ(ReplyText("\n \n  a  \n\n\n\n  b\t\n \n"), "a\n\n  b");
}

TEST(ReplyText, IsEmptyWhereNothingWasWritten) {
  EXPECT_EQ(ReplyText(""), "");
  EXPECT_EQ(ReplyText("> ours\n> ours"), "");
  EXPECT_EQ(ReplyText(kHeaders), "");
  EXPECT_EQ(ReplyText("-- \nTom"), "");
  EXPECT_EQ(ReplyText(ReplyMarkerGreek()), "");
}

}  // namespace
}  // namespace ipstore::orders
