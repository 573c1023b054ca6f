"""Opens pages in a headless Chromium, as wide as is asked for, to look at them and measure them. Standard library only: it
speaks the DevTools protocol over a pipe."""

import base64
import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

PATIENCE = 60  # seconds


def chromium():
    """The path of the browser, or None."""
    return shutil.which("chromium")


class Browser:
    """A browser with one page. Ends with the `with` block."""

    def __enter__(self):
        self._profile = tempfile.TemporaryDirectory(prefix="ipstore-chromium-")
        to_browser, self._requests = os.pipe()
        self._answers, from_browser = os.pipe()
        # The browser reads requests at 3 and writes answers at 4; the pipes must not lie there themselves.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (to_browser, from_browser)]

        def put_in_place():
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self._process = subprocess.Popen(
            [chromium(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--force-device-scale-factor=1", "--disable-lcd-text", "--disable-font-subpixel-positioning",
             "--remote-debugging-pipe",
             f"--user-data-dir={self._profile.name}", "about:blank"],
            preexec_fn=put_in_place, pass_fds=(3, 4), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for end in (to_browser, from_browser, *ends):
            os.close(end)
        self._unread = b""
        self._last_id = 0
        self._session = None
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return self

    def __exit__(self, *_):
        os.close(self._requests)  # which ends it
        os.close(self._answers)
        try:
            self._process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._profile.cleanup()

    def open(self, path, width, dark=False):
        """Shows that file in a window of that width, with light or dark colours."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 500)
        scheme = "dark" if dark else "light"
        self._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._call("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        self.evaluate("new Promise(done => document.readyState == 'complete' ? done() : addEventListener('load', done))")
        self.evaluate("document.fonts.ready.then(() => 0)")

    def evaluate(self, expression):
        """What the JavaScript expression comes to on the page."""
        answer = self._call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def screenshot(self):
        """All of the page as PNG, also what is below the window."""
        size = self.evaluate("({width: innerWidth, height: document.documentElement.scrollHeight})")
        clip = {"x": 0, "y": 0, "scale": 1, **size}
        answer = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        return base64.b64decode(answer["data"])

    def _call(self, method, **parameters):
        self._last_id += 1
        request = {"id": self._last_id, "method": method, "params": parameters}
        if self._session:
            request["sessionId"] = self._session
        os.write(self._requests, json.dumps(request).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._last_id:
                assert "error" not in answer, (method, answer)
                return answer["result"]

    def _next(self):
        while b"\0" not in self._unread:
            read = os.read(self._answers, 1 << 16)
            assert read, "the browser has ended"
            self._unread += read
        message, self._unread = self._unread.split(b"\0", 1)
        return json.loads(message)
