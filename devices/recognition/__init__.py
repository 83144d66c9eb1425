"""Recognition: given a line and nothing else, find speed, parity, bits, framing and profile, with the evidence."""

from devices.recognition.fitting import recognise
from devices.recognition.live import PortLine
from devices.recognition.recorded import LevelLine, recognise_levels
from devices.recognition.search import search
from devices.recognition.unknown import Proposal, propose
from devices.recognition.values import Finding, Heard, Kind, Line, Progress, Search, Seen

__all__ = [
    "Finding",
    "Heard",
    "Kind",
    "LevelLine",
    "Line",
    "PortLine",
    "Progress",
    "Proposal",
    "Search",
    "Seen",
    "propose",
    "recognise",
    "recognise_levels",
    "search",
]
