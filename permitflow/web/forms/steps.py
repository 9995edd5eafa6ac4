"""The steps of an application, one form each; what nobody knows yet may stay open until the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, FieldList, FormField
from wtforms import Form as PlainForm

from permitflow.web.forms.fields import answer_of, choice, line, mailbox, money, prose, whole, yes_no
from permitflow.web.forms.form import Form
from permitflow.web.forms.form import later as _l

MOST_ROWS = 40
OCCUPANCIES = (
    ("one_family", _l("One-family home")),
    ("two_family", _l("Two-family home")),
    ("multifamily", _l("Apartments or condominiums")),
    ("commercial", _l("Shop, office or other business")),
    ("mixed", _l("Homes and business mixed")),
    ("right_of_way", _l("Public street")),
)
LOCATIONS = (
    ("garage", _l("Garage")),
    ("parking_level", _l("Parking level")),
    ("lot", _l("Parking lot or driveway")),
    ("curb", _l("Curb of a street")),
)
LEVELS = (
    ("L1", _l("Level 1 (120 V)")),
    ("L2", _l("Level 2 (208 or 240 V)")),
    ("DC", _l("Direct-current fast charger")),
)
VOLTS = tuple((text, f"{text} V") for text in ("120", "208", "240", "277", "480"))
PHASES = (("1", _l("Single phase")), ("3", _l("Three phases")))
METHODS = (
    ("measured_220_87", _l("Measured demand of a year or 30 days (220.87)")),
    ("calculated_220_82", _l("Optional method for a home (220.82)")),
    ("calculated_220_83", _l("Existing home (220.83)")),
    ("standard_220", _l("Standard method (220, part III)")),
)


class Step(Form):
    """One step whose answers stand under their own names."""

    def answers(self) -> dict[str, Any]:
        """Return what was answered; a question left open is absent."""
        given = {name: answer_of(field) for name, field in self._fields.items() if name != "csrf_token"}
        return {name: value for name, value in given.items() if value is not None}


class ProjectStep(Step):
    """What is to be built."""

    title = line(_l("Name of the project"), hint=_l("For your own lists, such as “North depot, phase 2”."))
    description = prose(
        _l("Describe the work"), hint=_l("What is mounted where, and what is dug, built or replaced.")
    )
    work_class = choice(
        _l("Kind of work"), (("new", _l("New chargers")), ("existing", _l("Change of chargers")))
    )
    valuation_cents = money(
        _l("Value of the work in dollars"), hint=_l("Material and labour, such as 2,500.00.")
    )
    use_relation = choice(
        _l("What the chargers are for the site"),
        (
            ("accessory", _l("An addition to what is there")),
            ("primary", _l("The main use, such as a charging plaza")),
        ),
    )
    includes_canopy = yes_no(_l("Is a canopy part of the project?"))
    includes_storage = yes_no(_l("Is battery storage part of the project?"))
    new_structure = yes_no(_l("Is a new structure built?"))


class SiteStep(Step):
    """Where it is built."""

    street = line(
        _l("Street and number"),
        required=_l("Enter the street and number of the site, such as 1250 Mission Rd."),
        autocomplete="street-address",
    )
    unit = line(_l("Unit or space"), longest=40)
    city = line(_l("City"), longest=100, autocomplete="address-level2")
    zip = line(_l("ZIP code"), longest=10, autocomplete="postal-code", inputmode="numeric")
    parcel = line(_l("Parcel number"), longest=40, hint=_l("Also called APN; it stands on the tax bill."))
    zoning_district = line(_l("Zoning district"), longest=40)
    occupancy = choice(_l("What stands on the site"), OCCUPANCIES)
    location = choice(_l("Where the chargers stand"), LOCATIONS)
    existing_stalls = whole(_l("Parking stalls today"), 0, 100_000)
    stalls_after = whole(_l("Parking stalls after the work"), 0, 100_000)
    in_right_of_way = yes_no(_l("Is any work in a street, sidewalk or other public way?"))
    trench_in_public_way = yes_no(_l("Does a trench cross a public way?"))
    public_land = yes_no(_l("Is the site public land?"))
    in_setback = yes_no(
        _l("Does a charger stand in a required setback?"),
        hint=_l("The strip along the lot lines in which the city allows nothing to be built."),
    )
    flood_zone = yes_no(_l("Is the site in a flood zone?"))
    historic_district = yes_no(_l("Is the site in a historic district?"))
    coastal_zone = yes_no(_l("Is the site in the coastal zone?"))
    airport_influence = yes_no(_l("Is the site in an airport influence area?"))


class ChargerRow(PlainForm):
    """One model of charger and how many of it."""

    manufacturer = line(_l("Manufacturer"), longest=100)
    model = line(_l("Model"), longest=100)
    listing = line(
        _l("Listing"),
        longest=100,
        hint=_l(
            "Number of the testing laboratory on the data sheet, such as UL E123456; write “none” if it has none."
        ),
    )
    quantity = whole(_l("How many"), 1, 10_000)
    level = choice(_l("Level"), LEVELS)
    amps = whole(_l("Current of one charger in amperes"), 1, 2_000)
    volts = choice(_l("Voltage"), VOLTS)
    phase = choice(_l("Phases"), PHASES)
    ports = whole(_l("Ports of one charger"), 1, 100)
    outdoor = yes_no(_l("Does it stand outdoors?"))
    remove = BooleanField(_l("Remove these chargers"))

    def answers(self) -> dict[str, Any]:
        """Return what was answered; nothing for a row that is blank or to be removed."""
        if self.remove.data:
            return {}
        given = {name: answer_of(field) for name, field in self._fields.items() if name != "remove"}
        return {name: value for name, value in given.items() if value is not None}


class EquipmentStep(Form):
    """Which chargers."""

    chargers = FieldList(FormField(ChargerRow), min_entries=1, max_entries=MOST_ROWS)

    def answers(self) -> list[dict[str, Any]]:
        """Return one set of answers for each model of charger."""
        rows = [row.form.answers() for row in self.chargers]
        return [row for row in rows if row]


class ElectricalStep(Step):
    """What feeds the chargers."""

    service_amps = whole(
        _l("Main breaker rating in amperes"),
        1,
        10_000,
        hint=_l("The number on the main breaker, such as 200."),
    )
    service_voltage = choice(_l("Service voltage"), VOLTS)
    phases = choice(_l("Phases of the service"), PHASES)
    existing_load_amps = whole(_l("Existing load in amperes"), 0, 10_000)
    load_method = choice(_l("How the existing load was found"), METHODS)
    breaker_amps = whole(
        _l("Breaker of a charger circuit in amperes"),
        1,
        10_000,
        hint=_l("125 % of the charger's current or the next size up: 60 A for a 48 A charger."),
    )
    disconnect = yes_no(
        _l("Does the plan show a disconnect that can be locked?"),
        hint=_l("Needed above 60 A or above 150 V to ground."),
    )
    service_upgrade = yes_no(_l("Is the electrical service new or made larger?"))
    has_ems = yes_no(_l("Does an energy management system limit the load?"))
    ems_setpoint_amps = whole(_l("Its set-point in amperes"), 1, 10_000)


class PersonRow(PlainForm):
    """How to reach somebody."""

    name = line(_l("Name"))
    email = mailbox(_l("E-mail address"))
    phone = line(_l("Phone"), longest=40, inputmode="tel")

    def answers(self) -> dict[str, Any]:
        """Return what was answered."""
        given = {name: answer_of(field) for name, field in self._fields.items()}
        return {name: value for name, value in given.items() if value is not None}


class PeopleStep(Form):
    """Who is who."""

    applicant = FormField(PersonRow, label=_l("Applicant"))
    owner = FormField(PersonRow, label=_l("Owner of the property"))
    contractor = FormField(PersonRow, label=_l("Person in charge of the work"))
    engineer = FormField(PersonRow, label=_l("Engineer"))

    def answers(self) -> dict[str, Any]:
        """Return what was answered for each person; nobody is invented."""
        rows = (self.applicant, self.owner, self.contractor, self.engineer)
        people = {row.short_name: row.form.answers() for row in rows}
        return {name: person for name, person in people.items() if person}


FORMS: Mapping[str, type[ProjectStep | SiteStep | EquipmentStep | ElectricalStep | PeopleStep]] = {
    "project": ProjectStep,
    "site": SiteStep,
    "equipment": EquipmentStep,
    "electrical": ElectricalStep,
    "people": PeopleStep,
}
StepForm = ProjectStep | SiteStep | EquipmentStep | ElectricalStep | PeopleStep


def form_for(step: str, answers: Any, formdata: Any = None) -> StepForm:
    """Return the form of a step with its stored answers, or with what was sent."""
    values = {"chargers": answers} if step == "equipment" else answers
    return FORMS[step](formdata=formdata, data=values)
