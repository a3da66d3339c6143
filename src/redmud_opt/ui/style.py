"""Looks that Streamlit has no setting for: inputs and results apart, wide figures that scroll on narrow screens."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_CSS = """
<style>
.block-container { max-width: 1280px; padding: 2.2rem 2.5rem 4rem; }
[data-testid="stSidebar"] { background: #f3f6f9; border-right: 1px solid #d5dee6; }
[data-testid="stSidebar"] [data-testid="stVerticalBlock"] { gap: .45rem; }
.brand { font-weight: 700; font-size: 1.02rem; line-height: 1.35; color: #26323d; }
.st-key-inputs, .st-key-results, .st-key-alarms { border-radius: 10px; padding: 1.1rem 1.2rem 1.3rem; }
.st-key-inputs { background: #f3f6f9; border: 1px solid #d5dee6; border-left: 6px solid #34648f; }
.st-key-results { background: #ffffff; border: 1px solid #d9e4de; border-left: 6px solid #2f8a68; }
.st-key-alarms { background: #fdf6ee; border: 1px solid #ecdcc4; border-left: 6px solid #a86412; }
.band { font-size: .82rem; font-weight: 700; letter-spacing: .06em; color: #ffffff; border-radius: 4px;
        display: inline-block; padding: .1rem .55rem; }
.st-key-inputs .band { background: #34648f; }
.st-key-results .band { background: #257355; }
.st-key-alarms .band { background: #8a4f0b; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] * { color: #55626e !important; opacity: 1; }
.st-key-onward a { background: #34648f; padding: .35rem .9rem; border-radius: .5rem; width: fit-content; }
.st-key-onward a:hover { background: #28517a; }
.st-key-onward a * { color: #ffffff !important; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .85rem; color: #26323d; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .35rem;
            vertical-align: -.08rem; }
[data-testid="stMetricValue"] { font-size: 1.45rem; white-space: normal; }
[data-testid="stMetricLabel"] p { white-space: normal; }
/* English words of the frame that no catalogue reaches; the page has its own downloads and its own status. */
[data-testid="stElementToolbar"], [data-testid="stStatusWidget"], [data-testid="stMainMenu"],
[data-testid="stFileUploaderDropzoneInstructions"] { display: none; }
[data-testid="stFileUploaderDropzone"] button p { font-size: 0; }
[data-testid="stFileUploaderDropzone"] button p::after { content: "FILE"; font-size: 1rem; }
/* What the frame refuses by itself, it marks with a sign and English words that only a pointer finds. */
[data-testid="stFileUploader"]:has([data-testid="stFileChip"][aria-invalid="true"])::after {
  content: "REFUSED"; display: block; margin-top: .6rem; padding: .8rem 1rem; border-radius: .5rem;
  background: #fdf0f0; color: #8f2632; }
@media (max-width: 640px) {
  .block-container { padding: 3.6rem .7rem 3rem; }
  .st-key-inputs, .st-key-results, .st-key-alarms { padding: .8rem .7rem 1rem; }
}
</style>
"""


def dress(file_words: str, refused_words: str) -> None:
    """Once per page; what stands on the button that chooses a file, and below a file that the frame refuses."""
    st.html(_CSS.replace("FILE", escape(file_words)).replace("REFUSED", escape(refused_words)))


def band(words: str) -> None:
    """The name of a part of the page."""
    st.html(f'<span class="band">{escape(words)}</span>')


def legend(colours: Mapping[str, str]) -> None:
    """Colours with their meaning."""
    items = [
        f'<span><i style="background:{colour}"></i>{escape(words)}</span>'
        for words, colour in colours.items()
    ]
    st.html(f'<div class="legend">{"".join(items)}</div>')


def scrolling(key: str, least: int) -> DeltaGenerator:
    """A container whose figure keeps a least width; on a narrow screen it scrolls sideways."""
    st.html(
        f"<style>.st-key-{key} {{ overflow-x: auto; }}"
        f'.st-key-{key} [data-testid="stElementContainer"] {{ min-width: {least}px; }}</style>'
    )
    return st.container(key=key)
