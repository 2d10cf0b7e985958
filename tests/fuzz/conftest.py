"""How much is thrown at the API: `pytest tests/fuzz --cases 300`."""


def pytest_addoption(parser):
    parser.addoption("--cases", type=int, default=3000, help="How many requests, over all operations.")
