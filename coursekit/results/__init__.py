"""Results that are comparisons: methods beside baselines, with intervals over seeds and the verdicts that follow."""
