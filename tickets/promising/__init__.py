"""What a text promises and by when: found while one writes, in English and German. Pure.

It only suggests. A promise becomes a deadline when a person says so.
"""

from tickets.promising.finding import Promised as Promised
from tickets.promising.finding import promises_in as promises_in
