"""Validates responses with jsonschema-rs (Rust, called from Python): `jsonschema_rs_driver.py FOLDER`."""

import jsonschema_rs
import validating

validating.serve(jsonschema_rs.Draft202012Validator)
