"""What was achieved: entered for slots and people, summed, held against targets."""
