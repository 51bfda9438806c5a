"""Validates responses with jsonschema (Python throughout): `jsonschema_driver.py FOLDER`."""

import validating
from jsonschema import Draft202012Validator

validating.serve(Draft202012Validator)
