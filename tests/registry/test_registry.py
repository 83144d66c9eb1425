"""People, organisations, projects and qualifications on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from center_app.core.access import Actor, Role
from center_app.core.errors import PersonError, ProblemsError, describe
from center_app.core.labels import Label
from center_app.core.text import catalogue
from center_app.core.versions import StaleError
from center_app.registry import queries, rules, service
from center_app.registry.service import sign_in as door
from center_app.registry.values import (
    OrganisationDraft,
    OrganisationKind,
    PersonDraft,
    ProjectDraft,
    ProjectTerm,
    QualificationDraft,
    QualificationKindDraft,
)
from center_app.wiring import Center

LENA = PersonDraft(name="Lena Vogt", login="lena.vogt", role=Role.STAFF, email="lena@example.org")


def test_a_person_is_added_edited_and_the_edit_undone(center: Center, admin: Actor) -> None:
    added = center.write(admin, service.add_person, LENA)
    edited = center.write(admin, service.edit_person, added.id, added.version, replace(LENA, name="Lena Voigt"))
    assert (edited.name, edited.version, edited.role) == ("Lena Voigt", 2, Role.STAFF)
    undone = center.write(admin, service.edit_person, edited.id, edited.version, added.draft())
    assert undone.draft() == LENA
    assert center.read(queries.person_by_login, "lena.vogt") == undone


def test_a_stale_edit_says_what_differs(center: Center, admin: Actor) -> None:
    added = center.write(admin, service.add_person, LENA)
    center.write(admin, service.edit_person, added.id, added.version, replace(LENA, phone="1234"))
    with pytest.raises(StaleError) as caught:
        center.write(admin, service.edit_person, added.id, added.version, replace(LENA, email="new@example.org"))
    told = {one.field: (one.present, one.proposed) for one in caught.value.differences}
    assert told == {"phone": ("1234", ""), "email": ("lena@example.org", "new@example.org")}
    assert center.read(queries.person, added.id).email == "lena@example.org"


def test_all_problems_of_a_form_come_at_once(center: Center, admin: Actor) -> None:
    with pytest.raises(ProblemsError) as caught:
        center.write(admin, service.add_person, PersonDraft(name=" ", login="Ä", email="nowhere"))
    assert {problem.params["field"] for problem in caught.value.problems} == {"name", "login", "email"}
    assert center.read(queries.people) == []


def test_a_login_is_taken_once(center: Center, admin: Actor) -> None:
    center.write(admin, service.add_person, LENA)
    with pytest.raises(ProblemsError) as caught:
        center.write(admin, service.add_person, replace(LENA, name="Other"))
    assert caught.value.problems[0].params == {"field": "login", "value": "lena.vogt"}
    for language in ("en", "de", "zh"):
        sentence, step = describe(caught.value, catalogue(language))
        assert "lena.vogt" in sentence
        assert step


def test_archiving_hides_and_restoring_shows(center: Center, admin: Actor) -> None:
    added = center.write(admin, service.add_person, LENA)
    gone = center.write(admin, service.archive_person, added.id, added.version)
    assert center.read(queries.people) == []
    assert [one.id for one in center.read(queries.people, with_archived=True)] == [added.id]
    back = center.write(admin, service.restore_person, gone.id, gone.version)
    assert [one.id for one in center.read(queries.people)] == [back.id]


def test_rights_are_asked_for(center: Center) -> None:
    auditor = Actor(person_id=5, name="Auditor", role=Role.AUDITOR)
    with pytest.raises(PersonError) as caught:
        center.write(auditor, service.add_person, LENA)
    assert caught.value.code.id == "access.not_allowed"


def test_projects_have_members_dates_and_an_outside(center: Center, admin: Actor) -> None:
    client = OrganisationDraft(names=Label.of("Huarui Precision", zh="华锐精密"), kind=OrganisationKind.CLIENT)
    firm = center.write(admin, service.add_organisation, client)
    lena = center.write(admin, service.add_person, replace(LENA, organisation_id=firm.id))
    draft = ProjectDraft(
        code="S-0318",
        names=Label.of("Manifold"),
        organisation_id=firm.id,
        leader_id=lena.id,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 6, 30),
    )
    project = center.write(admin, service.add_project, draft)
    joined = center.write(admin, service.add_member, project.id, lena.id)
    assert (joined.is_external, joined.leader, [one.name for one in joined.members]) == (
        True,
        "Lena Vogt",
        ["Lena Vogt"],
    )
    assert center.read(queries.person, lena.id).project_codes == ("S-0318",)
    (listed,) = center.read(queries.organisations)
    assert (listed.people, listed.projects, listed.names.say("zh")) == (1, 1, "华锐精密")
    assert center.write(admin, service.remove_member, project.id, lena.id).members == ()


def test_project_terms_cover_whole_days() -> None:
    term = ProjectTerm(1, "P", Label(), date(2026, 1, 1), date(2026, 6, 30))
    assert term.is_open(date(2026, 6, 30), date(2026, 6, 30))
    assert not term.is_open(date(2026, 6, 30), date(2026, 7, 1))
    assert not term.is_open(date(2025, 12, 31), date(2026, 1, 2))


def test_a_training_is_granted_to_many_and_expires(center: Center, admin: Actor) -> None:
    kind = center.write(
        admin, service.add_kind, QualificationKindDraft(code="LASER-4", names=Label.of("Laser"), valid_days=365)
    )
    crowd = [center.write(admin, service.add_person, replace(LENA, login=f"p{index}")) for index in range(3)]
    drafts = [QualificationDraft(person_id=one.id, kind_id=kind.id, valid_from=date(2026, 1, 1)) for one in crowd]
    granted = center.write(admin, service.grant_many, drafts)
    assert {one.valid_until for one in granted} == {date(2027, 1, 1)}
    assert center.read(queries.qualification_kinds)[0].holders == 3
    center.write(admin, service.revoke, granted[0].id, granted[0].version)
    assert center.read(queries.qualification_kinds)[0].holders == 2
    day = date(2027, 1, 1)
    assert center.read(queries.standing, crowd[1].id, kind.id, day, day).is_qualified
    assert not center.read(queries.standing, crowd[1].id, kind.id, day, date(2027, 1, 2)).is_qualified
    assert not center.read(queries.standing, crowd[0].id, kind.id, day, day).is_qualified


def test_dates_in_the_wrong_order_are_refused() -> None:
    draft = ProjectDraft(code="P-1", names=Label.of("x"), starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1))
    assert [problem.code.id for problem in rules.project_problems(draft)] == ["registry.dates_order"]


def test_people_sign_in_with_a_password_and_wait_after_failures(center: Center, admin: Actor) -> None:
    person = center.write(admin, service.add_person, LENA)
    center.write(admin, door.set_password, person.id, "four quiet green robots")
    assert center.write(admin, door.sign_in, "lena.vogt", "wrong password here", "desk 1") is None
    actor = center.write(admin, door.sign_in, "lena.vogt", "four quiet green robots", "desk 1")
    assert actor == Actor(person.id, "Lena Vogt", Role.STAFF, "desk 1")
    assert center.write(admin, door.sign_in, "nobody", "four quiet green robots", "desk 1") is None
    for _ in range(5):
        center.write(admin, door.sign_in, "lena.vogt", "wrong password here", "desk 1")
    with pytest.raises(PersonError) as caught:
        center.write(admin, door.sign_in, "lena.vogt", "four quiet green robots", "desk 1")
    assert caught.value.code.id == "sign_in.wait"
    center.clock.advance(61)  # type: ignore[attr-defined]
    assert center.write(admin, door.sign_in, "lena.vogt", "four quiet green robots", "desk 1") is not None
    with pytest.raises(PersonError):
        door.entered(None)
