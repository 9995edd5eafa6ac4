"""The least that Flask can answer: what a request costs before anything of ours happens."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/review/")
def page() -> str:
    """A page without data, template, session or headers of its own."""
    return '<!doctype html><html lang="en"><title>Queue</title><h1>Queue</h1>'
