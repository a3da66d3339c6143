"""What all pages share: the menu, the switches of language and units, and which case and run they are about."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.errors import StreamlitAPIException

from redmud_opt.report.numbers import UNITS
from redmud_opt.ui import address
from redmud_opt.ui.bringing import MOST_MB
from redmud_opt.ui.pages import PAGES, Page
from redmud_opt.ui.settings import needs_login, user, who
from redmud_opt.ui.style import dress
from redmud_opt.ui.words import LANGUAGES, NAMES, Words, plain

ICON = "♻️"


def main() -> None:
    """Draws the page that the address names."""
    address.restore()
    say = Words(address.language(), address.units())
    st.set_page_config(page_title=say("title"), page_icon=ICON, layout="wide")
    dress(say("choose_file"), say("refused_unseen", most=MOST_MB))
    pages = {
        page.name: st.Page(
            partial(_draw, page, say),
            title=say(f"page_{page.name}"),
            icon=page.icon,
            url_path=page.name,
            default=page is PAGES[0],
        )
        for page in PAGES
    }
    if needs_login():
        _log_in(say)
        return
    address.register(pages)
    chosen = st.navigation(list(pages.values()), position="hidden")
    _side(say)
    chosen.run()


def _log_in(say: Words) -> None:
    st.markdown(f"## {say('title')}")
    if st.button(say("log_in"), type="primary", key="log_in"):
        try:
            st.login()
        except StreamlitAPIException as problem:  # nothing of the settings is in its words
            st.error(say("login_not_set_up", why=type(problem).__name__))


def _side(say: Words) -> None:
    with st.sidebar:
        st.html(f'<div class="brand">{say("title")}</div>')
        for page in PAGES:
            address.link(page.name)
        st.divider()
        st.segmented_control(
            say("language"),
            LANGUAGES,
            default=say.language,
            required=True,
            key="language",
            format_func=NAMES.__getitem__,
            on_change=_switched,
            args=("lang", "language"),
        )
        st.segmented_control(
            say("units"),
            UNITS,
            default=say.units,
            required=True,
            key="units",
            format_func=lambda name: say(f"units_{name}"),
            on_change=_switched,
            args=("units", "units"),
            help=say("units_help"),
        )
        if user():
            st.caption(plain(who()))
            st.button(say("log_out"), on_click=st.logout, key="log_out")


def _switched(name: str, key: str) -> None:
    address.keep(name, st.session_state[key])


def _draw(page: Page, say: Words) -> None:
    st.markdown(f"## {say(f'page_{page.name}')}")
    st.caption(say(f"about_{page.name}"))
    page.show(say)
