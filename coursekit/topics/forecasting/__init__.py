"""Lesson 09, forecasting: electricity demand and sea temperature."""
