"""The settings of a run, or of many (`sweeping`): how they are read, checked and shown."""

from w2v.config.loading import Resolved, load_config
from w2v.config.overrides import parse_override
from w2v.config.schema import Config, as_dict, option_paths
from w2v.config.showing import config_differences, show_config, write_config

__all__ = [
    "Config",
    "Resolved",
    "as_dict",
    "config_differences",
    "load_config",
    "option_paths",
    "parse_override",
    "show_config",
    "write_config",
]
