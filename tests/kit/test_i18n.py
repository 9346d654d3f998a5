"""Languages."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import render_template_string

from activities.kit.i18n import force_locale, html_lang, is_chinese, say_day, say_days, say_end

SOME_DAY = datetime(2026, 11, 25, 4, tzinfo=UTC)


def test_another_language_is_spoken_for_a_while_and_then_no_longer(app):
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        before = (html_lang(), say_day(SOME_DAY), render_template_string("{{ _('Sign up') }}"))
        with force_locale("en"):
            assert not is_chinese()
            assert say_day(SOME_DAY) == "Wed 25 Nov"
            assert render_template_string("{{ _('Sign up') }}") == "Sign up"
        assert is_chinese()
        assert (html_lang(), say_day(SOME_DAY), render_template_string("{{ _('Sign up') }}")) == before


def test_facts_of_a_text_are_escaped_and_its_percent_signs_doubled(app):
    with app.test_request_context():
        assert render_template_string("{{ _('50 %% of %(x)s', x='<b>') }}") == "50 % of &lt;b&gt;"
        assert render_template_string("{{ _('50 %%') }}") == "50 %"
        assert render_template_string("{{ ngettext('%(num)s <', '%(num)s <', 2) }}") == "2 <"


def test_days_in_a_row_name_their_month_once(app):
    first, last, later = date(2026, 9, 25), date(2026, 9, 27), date(2026, 10, 2)
    with app.test_request_context():
        for language, said in (
            ("zh_Hans", ["9月25日", "9月25日–27日", "9月25日–10月2日"]),
            ("en", ["25 Sep", "25–27 Sep", "25 Sep–2 Oct"]),
        ):
            with force_locale(language):
                assert [say_days(first, until) for until in (first, last, later)] == said


def test_days_say_their_year_once_or_where_it_is_another(app):
    first, same, other = date(2026, 9, 25), date(2026, 10, 2), date(2027, 1, 10)
    with app.test_request_context():
        for language, said in (
            (
                "zh_Hans",
                [
                    "2026年9月25日",
                    "2026年9月25日–27日",
                    "2026年9月25日–10月2日",
                    "2026年9月25日–2027年1月10日",
                ],
            ),
            ("en", ["25 Sep 2026", "25–27 Sep 2026", "25 Sep–2 Oct 2026", "25 Sep 2026–10 Jan 2027"]),
        ):
            with force_locale(language):
                days = (first, date(2026, 9, 27), same, other)
                assert [say_days(first, last, year=True) for last in days] == said


def test_what_goes_on_to_the_end_of_a_day_ends_on_that_day(app):
    midnight, evening = datetime(2026, 11, 25, 16, tzinfo=UTC), datetime(2026, 11, 25, 14, tzinfo=UTC)
    with app.test_request_context():
        for language, said in (
            ("zh_Hant", ["週三 11月25日 24:00", "週三 11月25日 22:00"]),
            ("en", ["Wed 25 Nov 24:00", "Wed 25 Nov 22:00"]),
        ):
            with force_locale(language):
                assert [say_end(midnight), say_end(evening)] == said
