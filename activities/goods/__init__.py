"""Donated goods: lots, who holds them, deliveries and receipts."""
