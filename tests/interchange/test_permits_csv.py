"""Historic permits from CSV: what is read, and what each bad row is told."""

import csv
import datetime
from collections import Counter
from pathlib import Path

import pytest

from permitflow.interchange.permit_mapping import Columns, PermitMapping, load_mapping
from permitflow.interchange.permits_csv import HistoricPermit, RejectedRow, read_permits, write_rejections
from permitflow.interchange.reading import BadFile
from tests.reference_data import reference_file

MAPPING = PermitMapping(
    title="Test city",
    source="made by hand",
    columns=Columns(
        number="No",
        permit_type="Type",
        status="Status",
        issued_on="Issued",
        applied_on="Applied",
        address="Street",
        city="City",
        state="State",
        latitude="Lat",
        longitude="Lon",
        cost="Cost",
        contractor="Firm",
        description="Text",
    ),
    statuses={"DONE": "finaled", "": "unknown"},
)
GOOD = {
    "No": "E-1",
    "Type": "Electrical",
    "Status": "DONE",
    "Issued": "2024-03-01",
    "Applied": "2024-02-01",
    "Street": "1 Main St",
    "City": "Springfield",
    "State": "CA",
    "Lat": "38.5",
    "Lon": "-121.5",
    "Cost": "$1,250.50",
    "Firm": "Volt Co",
    "Text": "INSTALL (2) EV CHARGERS",
}


def written(folder, *rows, encoding="utf-8"):
    path = folder / "permits.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(GOOD)
        writer.writerows((GOOD | row).values() for row in rows)
    return path


def test_a_row_becomes_a_permit(tmp_path):
    assert list(read_permits(written(tmp_path, {}), MAPPING)) == [
        HistoricPermit(
            number="E-1",
            permit_type="Electrical",
            status="finaled",
            issued_on=datetime.date(2024, 3, 1),
            applied_on=datetime.date(2024, 2, 1),
            address="1 Main St",
            city="Springfield",
            state="CA",
            latitude="38.5",
            longitude="-121.5",
            valuation_cents=125050,
            holder="Volt Co",
            description="INSTALL (2) EV CHARGERS",
            stations=2,
            row=2,
        )
    ]


def test_what_a_row_leaves_open_stays_unknown(tmp_path):
    empty = dict.fromkeys(["Status", "Applied", "Lat", "Lon", "Cost", "Firm", "Text"], "")

    (permit,) = read_permits(written(tmp_path, empty), MAPPING)

    assert permit.status == "unknown"
    unknown = (permit.applied_on, permit.latitude, permit.longitude, permit.valuation_cents, permit.holder)
    assert unknown == (None,) * 5
    assert permit.stations is None


def test_columns_a_city_does_not_publish_may_stay_unmapped(tmp_path):
    columns = MAPPING.columns.model_copy(
        update=dict.fromkeys(["applied_on", "latitude", "longitude", "cost", "contractor"])
    )

    (permit,) = read_permits(written(tmp_path, {}), MAPPING.model_copy(update={"columns": columns}))

    assert (permit.applied_on, permit.latitude, permit.valuation_cents, permit.holder) == (None,) * 4


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"No": " "}, "No", "The permit has no number."),
        ({"Issued": "03/01/2024"}, "Issued", "The date is not of the form %Y-%m-%d."),
        ({"Issued": "2024-02-30"}, "Issued", "The date is not of the form %Y-%m-%d."),
        ({"Issued": ""}, "Issued", "The date is not of the form %Y-%m-%d."),
        (
            {"Applied": "2024-03-02"},
            "Applied",
            "Applied for on 2024-03-02, after it was issued on 2024-03-01.",
        ),
        ({"Status": "LOST"}, "Status", "The mapping does not say what this status means."),
        ({"Lat": "91"}, "Lat", "The latitude lies beyond 90 degrees."),
        ({"Lon": "-181"}, "Lon", "The longitude lies beyond 180 degrees."),
        ({"Lon": "west"}, "Lon", "This is not a number."),
        ({"Cost": "NaN"}, "Cost", "This is not a number."),
        ({"Cost": "-5"}, "Cost", "The cost is not an amount in dollars and cents."),
        ({"Cost": "1.005"}, "Cost", "The cost is not an amount in dollars and cents."),
    ],
)
def test_a_bad_cell_is_rejected_with_line_column_and_reason(tmp_path, change, column, reason):
    good, bad = read_permits(written(tmp_path, {}, {"No": "E-2"} | change), MAPPING)

    assert isinstance(good, HistoricPermit)
    assert bad == RejectedRow(3, column, change[column].strip(), reason)


def test_the_same_number_with_other_content_is_rejected(tmp_path):
    first, again = read_permits(written(tmp_path, {}, {"Street": "2 Main St"}), MAPPING)

    assert first.row == 2
    assert again == RejectedRow(3, "No", "E-1", "Line 2 has the same number with other content.")


def test_the_same_row_again_changes_nothing(tmp_path):
    assert [permit.row for permit in read_permits(written(tmp_path, {}, {}, {"No": "E-2"}), MAPPING)] == [
        2,
        4,
    ]


def test_a_rejected_row_does_not_keep_its_number(tmp_path):
    bad, good = read_permits(written(tmp_path, {"Issued": "soon"}, {}), MAPPING)

    assert (type(bad), type(good)) == (RejectedRow, HistoricPermit)


def test_a_row_of_another_length_is_rejected_and_the_next_is_read(tmp_path):
    path = written(tmp_path, {})
    with path.open("a", encoding="utf-8") as file:
        file.write("E-2,short\n" + ",".join(["E-3", *list(GOOD.values())[1:10], "12", "F", "T"]) + "\n")

    outcomes = list(read_permits(path, MAPPING))

    assert outcomes[1] == RejectedRow(3, "", "", "The row has 2 cells, the header 13.")
    assert [type(outcome) for outcome in outcomes] == [HistoricPermit, RejectedRow, HistoricPermit]


def test_a_byte_outside_the_encoding_rejects_its_row_alone(tmp_path):
    path = written(tmp_path, {"Firm": "Café"}, encoding="latin-1")
    with path.open("ab") as file:
        file.write(",".join(["E-2", *list(GOOD.values())[1:10], "12", "F", "T"]).encode())

    bad, good = read_permits(path, MAPPING)

    assert (bad.line, bad.column) == (2, "Firm")
    assert bad.reason.startswith("The byte 0xE9 is not UTF-8")
    assert good.number == "E-2"


def test_a_missing_column_is_named(tmp_path):
    path = tmp_path / "permits.csv"
    path.write_text("No,Type,Status\n", encoding="utf-8")

    with pytest.raises(BadFile, match="The column “Issued” is missing"):
        list(read_permits(path, MAPPING))


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "permits.csv"
    path.touch()

    with pytest.raises(BadFile, match="empty"):
        list(read_permits(path, MAPPING))


def test_the_error_file_cannot_run_as_a_formula(tmp_path):
    path = tmp_path / "rejected.csv"

    write_rejections(path, [RejectedRow(3, "=col", "=HYPERLINK(1)", "-bad"), RejectedRow(9, "", "@x", "ok")])

    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["line", "column", "value", "reason"],
            ["3", "'=col", "'=HYPERLINK(1)", "'-bad"],
            ["9", "", "'@x", "ok"],
        ]


def test_a_citys_real_permits_are_all_taken():
    mapping = load_mapping(Path(__file__).resolve().parents[2] / "workflows" / "mappings" / "chicago-ev.yaml")
    path = reference_file("permits/chicago_ev_permits.csv")
    told = []

    outcomes = list(read_permits(path, mapping, told.append))

    assert Counter(type(outcome) for outcome in outcomes) == {HistoricPermit: 2202}
    assert Counter(permit.status for permit in outcomes) == {
        "finaled": 1856,
        "issued": 240,
        "suspended": 85,
        "unknown": 18,
        "expired": 3,
    }
    assert sum(permit.valuation_cents is None for permit in outcomes) == 1
    assert outcomes[-1].row == 2203
    assert told[-1] == path.stat().st_size
