import pytest
from kinds import KINDS, Kind


@pytest.fixture(params=KINDS)
def kind(request):
    return Kind(request.param)
