"""Starts the app: `streamlit run app.py`, or `make app`."""

from redmud_opt.ui import main

main()
