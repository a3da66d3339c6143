"""The former name of `redmud_opt.case.bundle`, kept for those who import it."""

from redmud_opt.case.bundle import bundled, bundled_names, find_bundled, roots, rule_packs

__all__ = ["bundled", "bundled_names", "find_bundled", "roots", "rule_packs"]
