"""Partner Center's error codes (Partner Center REST error codes) and what each one means to the pipeline.

customers.py  the customer is not this partner's, or not in a state to be served
sign_in.py    token, role, agreement: nothing works until a person acts
passing.py    refused for now: wait and try again
changed.py    the object is not in the state that was read: read again
final.py      the object cannot be changed like this, by anybody or by us
"""

from shared.adapters.http.error_map import rules_of
from shared.adapters.partner_center.error_map.changed import CHANGED
from shared.adapters.partner_center.error_map.customers import CUSTOMERS
from shared.adapters.partner_center.error_map.final import FINAL
from shared.adapters.partner_center.error_map.passing import PASSING
from shared.adapters.partner_center.error_map.sign_in import SIGN_IN

PARTNER_CENTER = (*CUSTOMERS, *SIGN_IN, *CHANGED, *PASSING, *FINAL)
partner_center_rules = rules_of(PARTNER_CENTER)

__all__ = ["PARTNER_CENTER", "partner_center_rules"]
