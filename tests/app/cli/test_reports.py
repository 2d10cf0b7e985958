def test_the_report_adds_up_and_can_be_grouped(county, roster):
    county("import", str(roster), "--agency", "orange")
    report = county("report", "deliveries", "--agency", "orange", "--month", "2026-12", "--json").json
    assert report["totals"]["total"] == sum(row["total"] for row in report["data"]) == 2
    assert "Deliveries" in county("report", "deliveries", "--agency", "orange", "--month", "2026-12").text


def test_an_axis_or_month_that_is_none_is_named(county):
    words = ("report", "deliveries", "--agency", "orange", "--month")
    assert "cannot group by 'shoe'" in county(*words, "2026-12", "--by", "shoe").errors
    assert county(*words, "2026-13").code == 2
