"""activities: a school's duty posts, volunteer work and practice activities."""

__version__ = "0.1.0"
