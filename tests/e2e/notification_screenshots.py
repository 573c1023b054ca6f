"""The HTML of notifications as a browser shows it, wide and narrow: nothing sticks out, nothing is loaded from elsewhere, and
there is something to see.

Usage: notification_screenshots.py MAILS              tests the mails in MAILS/{el,en}/*.html
       notification_screenshots.py MAILS --write DIR  writes pictures of those in PICTURES to DIR, to be looked at

Exit code 77 (skipped) where there is no Chromium.
"""

import pathlib
import sys
import tempfile
import unittest

from browser_pages import Browser, chromium
from png_pictures import Picture

SKIPPED = 77
MAILS = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None
WIDTHS = {"wide": 800, "narrow": 360}

# One for each template, and those that hold most. The other mails look like one of them.
PICTURES = ("order_created", "order_created_business", "order_processing", "order_handed_to_carrier", "order_ready_for_pickup",
            "order_on_company_vehicle", "order_received", "order_cancelled", "order_returned_undelivered", "order_not_collected",
            "order_returned_to_gathering", "order_tracking", "order_tracking_corrected", "order_promised_delivery",
            "order_comment", "order_several", "enquiry_created", "enquiry_waiting")
DARK = ("order_several",)

# What sticks out of the window at the right, by its words.
OVERFLOWING = """Array.from(document.querySelectorAll('body *'))
    .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5 || e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
    .map(e => e.tagName + ': ' + e.textContent.trim().slice(0, 60))"""


def is_blank(picture):
    """True when there are no letters: their edges have many shades."""
    return len(picture.colours()) < 20


class HtmlMails(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(Browser())

    def mails(self):
        mails = sorted(MAILS.glob("*/*.html"))
        self.assertGreater(len(mails), 40)
        return mails

    def test_nothing_sticks_out_of_the_window(self):
        for mail in self.mails():
            for width in (320, *WIDTHS.values()):
                with self.subTest(mail=mail.name, language=mail.parent.name, width=width):
                    self.browser.open(mail, width)
                    self.assertEqual(self.browser.evaluate("document.documentElement.clientWidth"), width)
                    self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), width)
                    self.assertEqual(self.browser.evaluate(OVERFLOWING), [])

    def test_what_sticks_out_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "page.html"
            page.write_text("<!DOCTYPE html><meta name=viewport content='width=device-width'><p style='width:500px'>wide</p>")
            self.browser.open(page, 360)
            self.assertEqual(self.browser.evaluate(OVERFLOWING), ["P: wide"])

    def test_the_page_is_its_own_and_says_its_language(self):
        for mail in self.mails():
            with self.subTest(mail=mail.name, language=mail.parent.name):
                self.browser.open(mail, 800)
                self.assertEqual(self.browser.evaluate("document.documentElement.lang"), mail.parent.name)
                self.assertEqual(self.browser.evaluate("performance.getEntriesByType('resource').length"), 0)
                self.assertEqual(self.browser.evaluate("document.querySelectorAll('h1').length"), 1)
                self.assertEqual(self.browser.evaluate("document.querySelectorAll('script, img, link').length"), 0)
                self.assertTrue(self.browser.evaluate("document.title").strip())

    def test_the_picture_is_of_that_width_and_not_blank(self):
        for width in WIDTHS.values():
            self.browser.open(MAILS / "el" / "order_processing.html", width)
            picture = Picture(self.browser.screenshot())
            self.assertEqual(picture.width, width)
            self.assertGreater(picture.height, 700)
            self.assertFalse(is_blank(picture))

    def test_a_blank_page_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "page.html"
            page.write_text("<!DOCTYPE html><meta name=viewport content='width=device-width'><p style='height:900px'>")
            self.browser.open(page, 360)
            self.assertTrue(is_blank(Picture(self.browser.screenshot())))

    def test_dark_colours_are_used_where_they_are_asked_for(self):
        ground = "getComputedStyle(document.querySelector('.card')).backgroundColor"
        mail = MAILS / "el" / "order_created.html"
        self.browser.open(mail, 800)
        light = self.browser.evaluate(ground)
        self.browser.open(mail, 800, dark=True)
        self.assertNotEqual(self.browser.evaluate(ground), light)


def write_pictures(folder):
    with Browser() as browser:
        for language in ("el", "en"):
            for name in PICTURES:
                for shape, width in WIDTHS.items():
                    browser.open(MAILS / language / f"{name}.html", width)
                    write(folder / f"{language}-{name}-{shape}.png", browser.screenshot())
            for name in DARK:
                browser.open(MAILS / language / f"{name}.html", WIDTHS["narrow"], dark=True)
                write(folder / f"{language}-{name}-dark.png", browser.screenshot())


def write(path, screenshot):
    picture = Picture(screenshot).small()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    print(f"{path} {len(picture) // 1024} KiB")


def main():
    if MAILS is None:
        sys.exit(__doc__)
    if chromium() is None:
        print("SKIPPED: there is no chromium; it comes with the Debian package of that name")
        sys.exit(SKIPPED)
    if sys.argv[2:3] == ["--write"]:
        write_pictures(pathlib.Path(sys.argv[3]))
    else:
        unittest.main(argv=sys.argv[:1], verbosity=2)


if __name__ == "__main__":
    main()
