"""A config as the text of config.yaml: OmegaConf's bytes, by libyaml where that is installed and writes them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

LONGEST = 100  # of a key that both write alike


def config_text(config: Mapping[str, Any]) -> bytes:
    """For plain data. OmegaConf alone takes ten times as long."""
    from omegaconf import OmegaConf

    dumper = _libyamls()
    if dumper is None or not _alike(config):
        return OmegaConf.to_yaml(OmegaConf.create(dict(config))).encode()
    import yaml

    text: str = yaml.dump(config, Dumper=dumper, default_flow_style=False, allow_unicode=True, sort_keys=False)
    return text.encode()


@cache
def _libyamls() -> Any:
    """OmegaConf's dumper on libyaml's emitter; None without libyaml."""
    import yaml
    from omegaconf._utils import get_omega_conf_dumper

    if not hasattr(yaml, "CSafeDumper"):
        return None

    class Dumper(yaml.CSafeDumper):  # type: ignore[misc]
        def ignore_aliases(self, data: Any) -> bool:
            return True

    Dumper.add_representer(str, get_omega_conf_dumper().str_representer)
    return Dumper


def _alike(data: Any) -> bool:
    """Whether both emitters write it in the same way: they fold and escape other texts differently."""
    if isinstance(data, Mapping):
        return all(isinstance(k, str) and 0 < len(k) <= LONGEST and _alike(k) and _alike(v) for k, v in data.items())
    if isinstance(data, (list, tuple)):
        return all(map(_alike, data))
    return not isinstance(data, str) or (data.isprintable() and max(data, default="") <= "\uffff")
