"""Walks the archivists' pages in Chromium: every kind, in both languages, on a phone and on a desk, with and without
scripts. Looks at them with axe-core, listens to the console, goes through them by keyboard, and replays an article.

One argument: a JSON object with the servers' addresses, ids of articles, and the folder for screenshots.
"""

import json
import re
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import axe_playwright_python
from playwright.sync_api import sync_playwright

GIVEN = json.loads(sys.argv[1])
BASE = GIVEN["base"]
SHOTS = Path(GIVEN["shots"])
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}

FAULTS = []
BEGAN = time.monotonic()


def step(words):
    print(f"browser: {time.monotonic() - BEGAN:5.1f} s  {words}", flush=True)


def fault(words):
    FAULTS.append(words)
    print(f"browser: FAULT: {words}", flush=True)


def expect(holds, words):
    if not holds:
        fault(words)


def listen(context, where, allowed=(), archived=False):
    """Every word on the console, every failed script and every request to elsewhere is a fault. Where archived pages are
    shown, what they name and never had, and what their own scripts do wrong, is the portal's."""

    def console(message):
        place = message.location.get("url") or ""
        missing = archived and "status of 404" in message.text and "/replay/w/" in place
        known = missing or any(word in message.text for word in allowed)
        if message.type in ("error", "warning") and not known:
            fault(f"{where()}: console {message.type}: {message.text} ({place})")

    def script(error):
        said = f"{error.error} {getattr(error.error, 'stack', '')}"
        if not (archived and ("/replay/w/" in said or "has already been declared" in said)):
            fault(f"{where()}: {said}")

    def request(request):
        url = urlsplit(request.url)
        ours = [urlsplit(GIVEN[name]).netloc for name in ("base", "plain", "closed")]
        if url.scheme in ("http", "https", "ws", "wss") and url.netloc not in ours:
            fault(f"{where()}: asks {request.url}")

    context.on("console", console)
    context.on("weberror", script)
    context.on("request", request)


def pages():
    """Every kind of page: name, path, status."""
    versions, near, images = (f"/articles/{GIVEN[name]}" for name in ("versions", "near", "images"))
    return [
        ("overview", "/", 200),
        ("site", f"/sites/{GIVEN['site']}", 200),
        ("search-empty", "/search", 200),
        ("search-marks", "/search?q=" + quote("tỉnh"), 200),
        ("search-plain", "/search?q=tinh", 200),
        ("search-none", "/search?q=" + quote("khôngcóchữnày"), 200),
        ("search-wrong", "/search?q=from:soon", 200),
        ("article", images, 200),
        ("versions", versions, 200),
        ("version-old", f"{versions}?version=1", 200),
        ("diff", f"{versions}/diff", 200),
        ("near", near, 200),
        ("bundles", "/bundle", 200),
        ("bundles-chosen", f"/bundle?site={GIVEN['site']}&from=2000-01-01", 200),
        ("bundles-none", "/bundle?from=1990-01-01&to=1990-01-02", 200),
        ("downloads", "/downloads", 200),
        ("missing", "/no/such/page", 404),
        ("article-missing", "/articles/0123456789abcdef", 404),
        ("wrong", "/downloads?page=x", 400),
    ]


def with_lang(path, lang):
    return f"{path}{'&' if '?' in path else '?'}lang={lang}"


def axe(page, name):
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    for violation in found["violations"]:
        if violation["impact"] in ("serious", "critical"):
            places = "; ".join(str(node["target"]) for node in violation["nodes"][:3])
            fault(f"{name}: axe {violation['impact']}: {violation['id']}: {violation['help']}: {places}")


def look_through(browser):
    """All pages, all ways."""
    words = {}
    for width, size in (("phone", PHONE), ("desk", DESK)):
        for script in (True, False):
            name = "start"
            context = browser.new_context(viewport=size, java_script_enabled=script, locale="vi-VN")
            # A page that is not there says so on the console as well.
            listen(context, lambda: name, allowed=("Failed to load resource: the server responded with a status of 4",))
            page = context.new_page()
            for lang in ("vi", "en"):
                for kind, path, status in pages():
                    name = f"{kind}-{lang}-{width}{'' if script else '-noscript'}"
                    answer = page.goto(BASE + with_lang(path, lang))
                    expect(answer.status == status, f"{name}: status {answer.status}")
                    # The same without scripts as with them.
                    text = re.sub(r"\s+", " ", page.locator("body").text_content())
                    known = words.setdefault((kind, lang), text)
                    expect(known == text, f"{name}: other words than in another width, or with scripts")
                    expect(page.locator("html").get_attribute("lang") == lang, f"{name}: language")
                    expect(page.locator("h1").count() == 1, f"{name}: one h1")
                    if not script:
                        continue
                    # A page never scrolls sideways as a whole.
                    wide = page.evaluate("() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
                    expect(wide <= 0, f"{name}: {wide} pixels too wide")
                    axe(page, name)
                    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
            context.close()
        step(f"{len(pages())} kinds of pages in two languages, with and without scripts: {width}")
    for kind, _, _ in pages():
        expect(words[(kind, "vi")] != words[(kind, "en")], f"{kind}: the same words in both languages")


def in_the_dark(browser):
    name = "dark"
    context = browser.new_context(viewport=DESK, color_scheme="dark", locale="vi-VN")
    listen(context, lambda: name, allowed=("Failed to load resource: the server responded with a status of 4",))
    page = context.new_page()
    for kind, path, _ in pages():
        name = f"{kind}-vi-dark"
        page.goto(BASE + path)
        axe(page, name)
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
    context.close()
    step("the same in dark colours")


VISIBLE_FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = at.getBoundingClientRect(), style = getComputedStyle(at);
  return {
    what: at.tagName.toLowerCase() + (at.id ? '#' + at.id : '') + ' ' + (at.textContent || '').trim().slice(0, 30),
    id: at.id, href: at.getAttribute('href'),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
  };
}"""


def by_keyboard(browser):
    name = "keyboard"
    context = browser.new_context(viewport=DESK, locale="vi-VN")
    listen(context, lambda: name)
    page = context.new_page()
    for kind, path in (("overview", "/"), ("search", "/search?q=tinh"), ("article", f"/articles/{GIVEN['versions']}"), ("bundles", "/bundle"), ("downloads", "/downloads")):
        name = f"keyboard on {kind}"
        page.goto(BASE + path)
        page.keyboard.press("Tab")
        first = page.evaluate(VISIBLE_FOCUS)
        expect(first and first["href"] == "#main" and first["seen"] and first["outlined"], f"{name}: no skip link first: {first}")
        if kind == "overview":
            page.screenshot(path=SHOTS / "skip-link.png")
        page.keyboard.press("Enter")
        expect(page.evaluate("() => document.activeElement.id") == "main", f"{name}: the skip link leads nowhere")
        page.keyboard.press("Tab")
        second = page.evaluate(VISIBLE_FOCUS)
        inside = page.evaluate("() => !!document.activeElement.closest('main')")
        expect(inside, f"{name}: behind the skip link comes {second}")
        page.goto(BASE + path)
        reached, most = 0, page.locator("a[href], button, input:not([type=hidden]), select, summary, [tabindex='0']").count() + 10
        for _ in range(most):
            page.keyboard.press("Tab")
            at = page.evaluate(VISIBLE_FOCUS)
            if at is None:
                break
            reached += 1
            if not (at["seen"] and at["outlined"]):
                fault(f"{name}: the focus cannot be seen on {at['what']}")
                break
        expect(reached > 6, f"{name}: only {reached} places can be reached")
    context.close()
    step("by keyboard: skip link, order, visible focus")


def as_a_reader(browser):
    """What somebody does: search, read, compare, take away."""
    name = "reader"
    context = browser.new_context(viewport=PHONE, locale="en-GB", accept_downloads=True)
    listen(context, lambda: name)
    page = context.new_page()
    page.goto(BASE + "/")
    counts = {}
    for query in ("tỉnh", "tinh"):
        page.fill("#q", query)
        page.keyboard.press("Enter")
        page.wait_for_selector("#count")
        counts[query] = int(re.sub(r"\D", "", page.locator("#count").inner_text().split("(")[0]))
        expect(page.locator("ol.hits mark").count() > 0, f"search for {query}: no word is marked")
    expect(0 < counts["tỉnh"] <= counts["tinh"], f"search with and without marks: {counts}")
    page.locator("ol.hits a.title").first.click()
    page.wait_for_url("**/articles/*")
    expect(page.locator("article.text p").count() > 2, "an article of hardly any text")
    page.goto(f"{BASE}/articles/{GIVEN['versions']}")
    page.locator("section[aria-labelledby=versions] a", has_text="against").click()
    page.wait_for_url("**/diff*")
    expect(page.locator("article del, article ins").count() > 0, "no word differs between two versions")
    page.locator("a[href='#change']").click()
    box = page.locator("#change").bounding_box()
    expect(box and 0 <= box["y"] < PHONE["height"], f"the first change is not in sight: {box}")
    page.goto(f"{BASE}/articles/{GIVEN['near']}")
    page.locator("section[aria-labelledby=near] a").first.click()
    page.wait_for_url(lambda url: "/articles/" in url and GIVEN["near"] not in url)
    page.goto(BASE + "/bundle")
    page.locator("input[type=checkbox]").first.check()
    page.locator("form.bundle button").click()
    page.wait_for_selector("#chosen")
    with page.expect_download() as begun:
        page.locator("a.button").click()
    file = Path(begun.value.path())
    expect(begun.value.suggested_filename.endswith(".wacz") and file.read_bytes()[:2] == b"PK", "the bundle is no WACZ")
    page.goto(BASE + "/downloads")
    with page.expect_download() as begun:
        page.locator("table.files a").first.click()
    expect(Path(begun.value.path()).read_bytes()[:2] == b"\x1f\x8b", "the WARC file is no gzip file")
    context.close()
    step(f"search ({counts['tỉnh']} with marks, {counts['tinh']} without), versions, near-duplicate, bundle, WARC file")


def replayed(page, path, texts):
    """Opens a replay; gives the frame of the archived page once it is loaded and shows every one of `texts`."""
    page.goto(BASE + path)
    deadline = time.monotonic() + 60
    missing = texts
    while time.monotonic() < deadline:
        for frame in page.frames:
            if "/replay/w/" not in frame.url:
                continue
            try:
                shown = plain(frame.locator("body").inner_text(timeout=1000))
                missing = [text for text in texts if text not in shown]
                if not missing and frame.evaluate("() => document.readyState") == "complete":
                    return frame
            except Exception:  # The frame was loaded anew.
                pass
        page.wait_for_timeout(40)
    fault(f"{path}: not replayed: {[frame.url for frame in page.frames]}: {missing}")
    return None


def replay(browser):
    name = "replay"
    context = browser.new_context(viewport=DESK, locale="vi-VN")
    listen(context, lambda: name, allowed=OF_REPLAY, archived=True)
    page = context.new_page()
    page.goto(f"{BASE}/articles/{GIVEN['images']}")
    title = page.locator("h1").inner_text()
    link = page.locator("section[aria-labelledby=provenance] a[href*='/replay']")
    expect(link.count() == 1, "the article has no link to its replay")
    frame = replayed(page, link.get_attribute("href"), [plain(title)])
    if frame:
        images = "() => [...document.images].map(image => [image.currentSrc || image.src, image.complete ? image.naturalWidth : -1])"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            seen = frame.evaluate(images)
            if seen and all(width > 0 for _, width in seen):
                break
            page.wait_for_timeout(40)
        expect(seen and all(width > 0 for _, width in seen), f"images that are not shown: {[s for s in seen if s[1] <= 0]}")
        style = frame.evaluate("() => [getComputedStyle(document.body).fontFamily, getComputedStyle(document.body).backgroundImage]")
        expect("Portal" in style[0] and "banner.png" in style[1], f"the style sheet is not applied: {style}")
        step(f"an article replayed with its style sheet and {len(seen)} images")
    axe_outside(page)
    page.screenshot(path=SHOTS / "replay-vi-desk.png")
    name = "replay of two versions"
    blocks = {}
    for version in (1, 2):
        page.goto(f"{BASE}/articles/{GIVEN['versions']}?version={version}")
        blocks[version] = [plain(block) for block in page.locator("article.text > p:not([class])").all_inner_texts()]
    expect(blocks[1] != blocks[2], "both versions have the same paragraphs")
    for version, other in ((1, 2), (2, 1)):
        strange = [block for block in blocks[other] if block not in blocks[version]]
        frame = replayed(page, f"/articles/{GIVEN['versions']}/replay?version={version}", blocks[version])
        shown = plain(frame.locator("body").inner_text()) if frame else ""
        wrong = [block for block in strange if block in shown]
        expect(not wrong, f"version {version} is replayed with text of version {other}: {wrong} on {frame and frame.url}")
    context.close()
    name = "replay on a phone"
    context = browser.new_context(viewport=PHONE, locale="en-GB")
    listen(context, lambda: name, allowed=OF_REPLAY, archived=True)
    page = context.new_page()
    if replayed(page, f"/articles/{GIVEN['images']}/replay", [plain(title)]):
        page.screenshot(path=SHOTS / "replay-en-phone.png", full_page=True)
    context.close()
    step("each version at its own time, and on a phone")


# Words of ReplayWeb.page and of the look-alike portal on the console, which are no fault: the frame has to have the origin
# of its worker; a first request is ended when the ranges are known; the portal's font is none.
OF_REPLAY = (
    "can escape its sandboxing",
    "Allow attribute will take precedence",
    "AbortError",
    "Failed to decode downloaded font",
    "OTS parsing error",
)


def plain(text):
    return re.sub(r"\s+", " ", text).strip()


def axe_outside(page):
    """Our page around the frame; what is in the frame is the portal's, and ReplayWeb.page's."""
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run({exclude: [['replay-web-page']]}, {iframes: false})")
    for violation in found["violations"]:
        if violation["impact"] in ("serious", "critical"):
            fault(f"replay: axe {violation['impact']}: {violation['id']}: {violation['nodes'][0]['target']}")


def without_replay(browser):
    name = "without replay"
    for script in (True, False):
        context = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=script)
        listen(context, lambda: name)
        page = context.new_page()
        page.goto(f"{GIVEN['plain']}/articles/{GIVEN['images']}/replay")
        main = page.locator("main").inner_text()
        expect("tools/replay" in main and "/web/" in page.locator("main").inner_html(), f"it does not say how to get replay: {main}")
        expect(page.locator("script").count() == 0, "a script where there is nothing to run")
        page.screenshot(path=SHOTS / "replay-missing.png", full_page=True)
        context.close()
    # With ReplayWeb.page, but without scripts: the plain means.
    context = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{BASE}/articles/{GIVEN['images']}/replay")
    expect(page.locator("noscript a[href^='/web/']").count() == 1, "no plain means without scripts")
    page.screenshot(path=SHOTS / "replay-noscript.png", full_page=True)
    context.close()
    step("what is said where there is no replay")


def closed(browser):
    name = "closed door"
    for password, status in (("wrong", 401), (GIVEN["token"], 200)):
        # As somebody who is asked for a name and a password, and types the token.
        keys = {"username": "an", "password": password}
        context = browser.new_context(viewport=PHONE, locale="vi-VN", http_credentials=keys)
        listen(context, lambda: name, allowed=("status of 401",))
        page = context.new_page()
        for lang in ("vi", "en"):
            answer = page.goto(with_lang(f"{GIVEN['closed']}/articles/{GIVEN['images']}", lang))
            expect(answer.status == status, f"{name}: {answer.status} for {status}")
            expect(page.locator("h1").count() == 1, f"{name}: no page")
            axe(page, name)
            page.screenshot(path=SHOTS / f"closed-{lang}-{status}-phone.png", full_page=True)
        context.close()
    step("a door that is closed is a page as well")


def main():
    SHOTS.mkdir(parents=True, exist_ok=True)
    for old in SHOTS.glob("*.png"):
        old.unlink()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            # Root has no sandbox to go into; the pages are ours.
            args=["--no-sandbox", "--disable-gpu"],
        )
        step(f"Chromium {browser.version}")
        ready(browser)
        for part in (look_through, in_the_dark, by_keyboard, as_a_reader, replay, without_replay, closed):
            try:
                part(browser)
            except Exception as error:  # The next parts are looked at all the same.
                fault(f"{part.__name__}: {error}")
        browser.close()
    shots = len(list(SHOTS.glob("*.png")))
    step(f"{len(FAULTS)} faults; {shots} screenshots in {SHOTS}")
    sys.exit(1 if FAULTS else 0)


def ready(browser):
    """The search index is made beside the server's start, checksums as well."""
    page = browser.new_page()
    for path, selector in (("/search?q=tinh", "ol.hits li"), ("/downloads", "code.sum")):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            page.goto(BASE + path)
            if page.locator(selector).count() > 0 and page.locator("td:has-text('đang tính')").count() == 0:
                break
    page.close()


main()
