"""People in somebody's care: whom one guides, and what class teachers and paired members write of activists in the
annual review."""
