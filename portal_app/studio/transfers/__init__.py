"""Transfers that wait for the company's word."""
