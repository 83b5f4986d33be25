"""Slips that people have made.

Add one here whenever a mistake was made or seen elsewhere, with fast tests only.
"""

from tests.mutations.slips.adapting import ADAPTING
from tests.mutations.slips.alignment import ALIGNMENT
from tests.mutations.slips.attention import ATTENTION
from tests.mutations.slips.checked import CHECKED
from tests.mutations.slips.experts import EXPERTS
from tests.mutations.slips.inside import INSIDE
from tests.mutations.slips.learning import LEARNING
from tests.mutations.slips.model import MODEL
from tests.mutations.slips.modern import MODERN
from tests.mutations.slips.other_rooms import OTHER_ROOMS
from tests.mutations.slips.text import TEXT

SLIPS = TEXT + ATTENTION + MODEL + MODERN + EXPERTS + LEARNING + OTHER_ROOMS
SLIPS += ALIGNMENT + ADAPTING + CHECKED + INSIDE
