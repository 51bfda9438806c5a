"""The settings of the oTree project: one session, of one app."""

SESSION_CONFIGS = [{"name": "answers", "app_sequence": ["answers"], "num_demo_participants": 1}]
SESSION_CONFIG_DEFAULTS = {"real_world_currency_per_point": 1.00, "participation_fee": 0.00, "doc": ""}
LANGUAGE_CODE = "en"
REAL_WORLD_CURRENCY_CODE = "DKK"
USE_POINTS = True
SECRET_KEY = "for measuring only"
