from app.wiring.almanac import shipped_almanac


def test_the_shipped_tables_can_be_read():
    almanac = shipped_almanac()
    assert almanac.constants.rows()
    assert {"US", "CA"} <= {rule.state for rule in almanac.law.rules}
