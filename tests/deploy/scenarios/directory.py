"""Groups, folders and what they let users do; 3dverse's documented shapes of them."""

from client import expect, unique


def _put(hallpass, path, body=None, status=(200, 201, 204)):
    return expect(hallpass.api.call("PUT", path, json=body, token=hallpass.root), status)


def _delete(hallpass, path, status=(202, 204)):
    return expect(hallpass.api.call("DELETE", path, token=hallpass.root), status)


def groups_have_users_and_groups(hallpass):
    group, inner = (hallpass.make("/v1/groups", {"name": name})["id"] for name in ("outer", "inner"))
    user = hallpass.make("/v1/users", {"username": unique("member")})["id"]
    _put(hallpass, f"/v1/groups/{inner}/members/users/{user}")
    _put(hallpass, f"/v1/groups/{group}/members/groups/{inner}")
    _put(hallpass, f"/v1/groups/{inner}/members/groups/{group}", status=(409, 422))
    assert hallpass.show(f"/v1/groups/{group}/members")["groups"]
    assert hallpass.show(f"/v1/groups/{inner}/members")["users"]
    assert hallpass.show(f"/v1/groups/{group}")["id"] == group
    assert hallpass.show("/v1/groups?limit=1")["groups"]
    renamed = hallpass.api.call("PATCH", f"/v1/groups/{group}", json={"name": "renamed"}, token=hallpass.root)
    assert expect(renamed, 200)["name"] == "renamed"
    _delete(hallpass, f"/v1/groups/{inner}/members/users/{user}")
    _put(hallpass, f"/v1/groups/{inner}/members/users/{user}")
    _delete(hallpass, f"/v1/groups/{group}/members/groups/{inner}")
    _put(hallpass, f"/v1/groups/{group}/members/groups/{inner}")
    _delete(hallpass, f"/v1/groups/{inner}")
    hallpass.show(f"/v1/groups/{inner}", status=404)


def access_to_a_folder_is_given_and_taken(hallpass):
    user = hallpass.make("/v1/users", {"username": unique("reader")})["id"]
    group = hallpass.make("/v1/groups", {"name": "readers"})["id"]
    folder = hallpass.make("/v1/folders", {"name": unique("plans")})["id"]
    inner = hallpass.make("/v1/folders", {"name": "old plans", "parent": folder})["id"]
    assert hallpass.show(f"/v1/folders/{inner}")["id"] == inner
    assert hallpass.show("/v1/folders?limit=1")["folders"]
    for member in (f"users/{user}", f"groups/{group}"):
        path = f"/v1/folders/{inner}/access/{member}"
        _put(hallpass, path, {"access": "read"})
        _put(hallpass, path, {"access": "write"})
    access = hallpass.show(f"/v1/folders/{inner}/access")
    assert access["users"] and access["groups"]
    for member in (f"users/{user}", f"groups/{group}"):
        _delete(hallpass, f"/v1/folders/{inner}/access/{member}")


def the_documented_shapes_of_users_and_folders(hallpass):
    user = hallpass.make("/app/v1/users", {"username": unique("jane")}, status=(200, 201))
    folder = hallpass.make("/app/v1/folders", {"name": "scenes"}, status=(200, 201))["folder_id"]
    hallpass.make(f"/app/v1/folders/{folder}/folders", {"name": "inner"}, status=(200, 201))
    hallpass.show(f"/app/v1/folders/{folder}/folders")
    hallpass.show(f"/app/v1/folders/{folder}/access")
    assert user and folder
