"""Who did what, and what was used."""


def acts_are_in_the_audit_log_and_its_seals_hold(hallpass):
    minted = hallpass.mint("secret")
    audit = hallpass.show("/v1/audit?limit=100")["audit"]
    assert any(minted["id"] in str(act) for act in audit)
    assert minted["token"] not in str(audit)
    hallpass.show("/v1/audit?verify=true")


def use_is_counted(hallpass):
    hallpass.show("/v1/usage")
    hallpass.show("/v1/usage?group_by=token")
