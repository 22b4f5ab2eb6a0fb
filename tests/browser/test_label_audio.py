"""Sounds on the labelling screen: heard, repeated, slowed down and labelled by keyboard and by pointer."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.labelling import SENTIMENT, answers, logged_in, make_projects, press, start, wait_for_labels
from tests.browser.sounds import give_sounds, silence, tone

SOUND = {"display": [{"field": "audio", "as": "audio"}], "examples": 12}
HEARD = {"key": "said", "kind": "text", "prompt": "What is said?", "of": "audio"}
PROJECTS = {
    "audio-keys": {**SOUND, "questions": [SENTIMENT]},
    "audio-pointer": {**SOUND, "questions": [SENTIMENT]},
    "audio-typing": {**SOUND, "questions": [HEARD]},
    "audio-gone": {**SOUND, "questions": [SENTIMENT]},
    "audio-long": {**SOUND, "questions": [SENTIMENT], "examples": 2},
    "audio-axe": {**SOUND, "questions": [SENTIMENT]},
    "audio-self": {**SOUND, "questions": [SENTIMENT]},
    "audio-two": {"display": [{"field": "audio", "as": "audio"}, {"field": "answer", "as": "audio"}], "questions": [SENTIMENT], "examples": 3},
}
TIME = "document.querySelector('[data-player]').player"


@pytest.fixture(scope="module")
def place(live_stack, tmp_path_factory):
    make_projects(live_stack, PROJECTS)
    short = [tone(8, pitch=220 + 20 * number) for number in range(4)]
    sounds = {slug: {"audio": short} for slug in PROJECTS}
    sounds["audio-two"] = {"audio": short, "answer": short[1:]}
    sounds["audio-long"] = {"audio": [silence(660), silence(1700)]}
    give_sounds(live_stack, sounds, tmp_path_factory.mktemp("sounds"))
    return live_stack


@pytest.fixture
def open_page(place, new_page):
    if not hasattr(place, "cookies_of_ada"):
        place.cookies_of_ada = logged_in(new_page)
    return lambda **options: new_page(storage_state=place.cookies_of_ada, **options)


def player(page, what: str):
    return page.evaluate(f"{TIME}.{what}")


def until(page, condition: str) -> None:
    """`condition` of the player: "playing", "time > 2"."""
    page.wait_for_function(f"() => {TIME}.{condition}")


def test_a_sound_is_played_skipped_slowed_and_labelled_by_keyboard(open_page):
    page = start(open_page(), "audio-keys")
    assert player(page, "duration") == pytest.approx(8, abs=0.05)
    assert player(page, "playing") is False
    expect(page.locator("#example .sound-time")).to_contain_text("0:00.0 of 0:08.0")
    press(page, "k")
    until(page, "playing")
    until(page, "time > 0.2")
    press(page, " ")
    until(page, "playing === false")
    page.evaluate(f"{TIME}.seek(1)")
    press(page, "l")
    assert player(page, "time") == pytest.approx(4, abs=0.01)
    press(page, "j", "j")
    assert player(page, "time") == 0
    expect(page.locator("#example .sound-time")).to_contain_text("0:00.0 of 0:08.0")
    press(page, ",", ",")
    expect(page.locator("#example .speed")).to_have_text("0.5×")
    assert player(page, "audio.playbackRate") == 0.5 and player(page, "audio.preservesPitch") is True
    press(page, ",", ".")  # never below a half
    expect(page.locator("#example .speed")).to_have_text("0.75×")
    press(page, "2", "Enter")
    expect(page.locator("#example")).to_have_attribute("aria-label", "Example 2")
    assert player(page, "playing") is False
    expect(page.locator("#example .speed")).to_have_text("0.75×")  # as it was chosen
    press(page, "1", "Enter")
    assert answers(wait_for_labels(page, "audio-keys", 2)) == {"e0": "neg", "e1": "pos"}
    page.reload()
    page.locator("body[data-ready]").wait_for(state="attached")
    expect(page.locator("#example .speed")).to_have_text("0.75×")


def test_a_sound_that_plays_falls_silent_when_its_example_goes(open_page):
    page = start(open_page(), "audio-keys")
    page.evaluate(f"window.before = {TIME}")
    press(page, "k")
    until(page, "playing")
    press(page, "1", "Enter")
    page.wait_for_function("() => window.before.playing === false")


def test_a_part_plays_again_and_again(open_page):
    page = start(open_page(), "audio-keys")
    page.evaluate(f"{TIME}.seek(2)")
    press(page, "[")
    page.evaluate(f"{TIME}.seek(2.6)")
    press(page, "]")
    expect(page.locator("#example .part-of-it")).to_have_text("Again and again: 0:02.0 to 0:02.6")
    page.evaluate(f"window.turns = 0; {TIME}.audio.addEventListener('seeked', () => {{ window.turns += 1; }})")
    press(page, "k")
    page.wait_for_function("() => window.turns >= 2")
    assert 1.9 < player(page, "time") < 3
    press(page, "o")
    expect(page.get_by_role("button", name="Loop")).to_have_attribute("aria-pressed", "false")
    until(page, "time > 2.8")  # and goes on beyond the part
    press(page, "k", "o")
    page.get_by_role("button", name="All of it").click()
    expect(page.locator("#example .part-of-it")).to_be_empty()


def test_the_picture_is_drawn_goes_where_it_is_pressed_and_a_drag_chooses_a_part(open_page):
    page = start(open_page(), "audio-pointer")
    page.wait_for_function("() => document.querySelector('.wave-line').getAttribute('d').length > 3000")
    box = page.locator(".wave").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.click(box["x"] + box["width"] / 2, middle)
    assert player(page, "time") == pytest.approx(4, abs=0.1)
    expect(page.locator("#example")).to_be_focused()
    page.mouse.move(box["x"] + box["width"] / 4, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, middle, steps=5)
    page.mouse.up()
    expect(page.locator("#example .part-of-it")).to_have_text("Again and again: 0:02.0 to 0:04.0")
    assert player(page, "time") == pytest.approx(2, abs=0.1)
    page.get_by_role("button", name="Play").click()
    until(page, "playing")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Forward 3 s").click()
    page.get_by_role("button", name="Faster").click()
    expect(page.locator("#example .speed")).to_have_text("1.25×")
    page.get_by_role("button", name="Slower").click()
    expect(page.locator("#example")).to_be_focused()  # so that Enter submits, whatever was pressed
    press(page, "1", "Enter")
    assert answers(wait_for_labels(page, "audio-pointer", 1)) == {"e0": "pos"}


def test_the_slider_is_moved_by_arrows_and_says_where_it_is(open_page):
    page = start(open_page(), "audio-pointer")
    slider = page.get_by_role("slider", name="Place in the sound")
    slider.focus()
    press(page, "ArrowRight", "ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "0:02 of 0:08")
    press(page, "End")
    expect(slider).to_have_attribute("aria-valuenow", "8")
    press(page, "Home", "1", "Enter")  # other keys are the page's as ever
    expect(page.locator("#example")).to_be_focused()


def test_keys_of_the_sound_work_while_somebody_types_and_leave_letters_to_the_text(open_page):
    page = start(open_page(), "audio-typing")
    field = page.get_by_role("textbox", name="What is said?")
    field.click()
    page.keyboard.type("jolly, k. l")
    assert player(page, "playing") is False and player(page, "time") == 0
    page.keyboard.press("Alt+p")
    until(page, "playing")
    page.keyboard.press("Control+Space")
    until(page, "playing === false")
    page.evaluate(f"{TIME}.seek(0)")
    page.keyboard.press("Alt+l")
    assert player(page, "time") == pytest.approx(3, abs=0.01)
    page.keyboard.press("Alt+j")
    assert player(page, "time") == 0
    page.keyboard.press("Alt+Comma")
    expect(page.locator("#example .speed")).to_have_text("0.75×")
    page.keyboard.press("Alt+Period")
    expect(page.locator("#example .speed")).to_have_text("1×")
    page.keyboard.press("Alt+o")
    expect(page.get_by_role("button", name="Loop")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Forward 3 s").click()
    expect(field).to_be_focused()  # the caret stays
    expect(field).to_have_value("jolly, k. l")
    page.keyboard.press("Control+Enter")
    [label] = wait_for_labels(page, "audio-typing", 1)
    assert label["value"] == {"said": "jolly, k. l"}


def test_what_was_not_heard_is_not_labelled(open_page):
    page = open_page()
    page.route("**/media/**", lambda route: route.abort())
    start(page, "audio-gone")
    expect(page.get_by_text("The sound did not load. Load it again, or skip the example.")).to_be_visible()
    press(page, "1", "Enter")
    expect(page.locator("#refusal")).to_have_text("The sound did not load. Load it again, or skip the example.")
    page.unroute("**/media/**")
    page.get_by_role("button", name="Load it again").click()
    expect(page.locator(".wave")).to_be_visible()
    expect(page.locator("#refusal")).to_be_empty()
    press(page, "Enter")
    page.get_by_role("button", name="Submit").click()
    assert answers(wait_for_labels(page, "audio-gone", 1)) == {"e0": "pos"}


def test_sounds_ahead_are_heard_without_a_connection(open_page):
    page = start(open_page(), "audio-gone")
    page.wait_for_function("() => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/media/')).length >= 4")
    page.context.set_offline(True)
    press(page, "1", "Enter")
    press(page, "k")
    until(page, "playing")
    page.context.set_offline(False)


def test_a_long_sound_has_a_plain_bar_and_is_never_decoded_as_a_whole(open_page):
    page = open_page()
    parts = []
    page.on("response", lambda response: "/media/" in response.url and parts.append((response.status, response.request.headers.get("range"))))
    page.add_init_script("""window.decoded = 0; const decode = OfflineAudioContext.prototype.decodeAudioData;
      OfflineAudioContext.prototype.decodeAudioData = function (...all) { window.decoded += 1; return decode.apply(this, all); };""")
    start(page, "audio-long")
    expect(page.locator("#example .sound-time")).to_contain_text("of 11:00.0")
    press(page, "k")
    until(page, "time > 0.2")
    page.evaluate(f"{TIME}.seek(600)")
    until(page, "time > 600.1")
    assert page.locator(".wave-line").get_attribute("d") == "M0 49.4H1000V50.6H0Z"
    press(page, "1", "Enter")
    expect(page.locator("#example .sound-time")).to_contain_text("of 28:20.0")  # 27 MB: played as they come
    page.evaluate(f"{TIME}.seek(1500)")
    press(page, "k")
    until(page, "time > 1500.1")
    assert page.evaluate("window.decoded") == 0
    assert page.evaluate(f"{TIME}.audio.src").startswith("http")
    assert 206 in [status for status, _ in parts]


def test_the_cursor_does_not_glide_for_those_who_asked_for_less_motion(open_page):
    page = open_page(reduced_motion="reduce")
    start(page, "audio-pointer")
    page.evaluate("""() => { window.moves = 0;
      new MutationObserver(() => { window.moves += 1; }).observe(document.querySelector(".wave-cursor"), { attributes: true }); }""")
    press(page, "k")
    until(page, "time > 1.6")
    assert page.evaluate("window.moves") <= 12  # a step a second, and those of starting; frames would be a hundred


def test_sounds_play_by_themselves_only_for_those_who_asked_for_it(open_page):
    page = start(open_page(), "audio-self")
    assert player(page, "playing") is False
    page.get_by_label("Play by itself").check()
    press(page, "1", "Enter")
    until(page, "playing")
    press(page, "1", "Enter")
    until(page, "playing")
    page.get_by_label("Play by itself").uncheck()
    press(page, "k", "1", "Enter")
    assert player(page, "playing") is False


def test_with_two_sounds_the_keys_go_to_the_one_used_last(open_page):
    page = start(open_page(), "audio-two")
    press(page, "l")
    assert player(page, "time") == pytest.approx(3, abs=0.01)
    second = page.locator("[data-field=answer]")
    second.get_by_role("button", name="Forward 3 s").click()
    press(page, "l")
    assert second.locator("[data-player]").evaluate("node => node.player.time") == pytest.approx(6, abs=0.01)
    assert player(page, "time") == pytest.approx(3, abs=0.01)


def test_axe_finds_nothing_buttons_show_their_keys_and_are_large_where_fingers_press(open_page):
    page = start(open_page(bypass_csp=True), "audio-axe")
    page.wait_for_function("() => document.querySelector('.wave-line').getAttribute('d').length > 3000")
    assert problems_of(page) == []
    keys = page.locator(".sound-buttons button:visible kbd").all_text_contents()
    assert keys == ["J", "K", "L", ",", ".", "O", "[", "]"]
    phone = start(open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True), "audio-axe")
    heights = [button.bounding_box()["height"] for button in phone.locator(".sound-buttons button:visible").all()]
    assert len(heights) == 8 and min(heights) >= 44
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
