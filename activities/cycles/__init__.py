"""The annual review: a cycle of steps in which a unit reviews its members, judged by people, published, frozen."""
