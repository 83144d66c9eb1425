"""The compliance report on paper: chapters made of bricks from a snapshot, in three languages."""

from center_app.grants.reports.layout.book import make_book
from center_app.grants.reports.layout.job import Made, make_report, print_report

__all__ = ["Made", "make_book", "make_report", "print_report"]
