"""Every task has an address of its own, and its ports where they can be listened on."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from ecs_emulator.ports import free_ports
from ecs_emulator.scheduler.addresses import Addresses, NoAddress


@pytest.fixture
def addresses() -> Addresses:
    return Addresses(free_ports(1)[0], has_many=True)


def test_addresses_are_in_the_network_of_the_cloud_s_port() -> None:
    assert [Addresses(4566, has_many=True).take([]).ip for _ in range(2)] == ["127.17.214.1"] * 2
    addresses = Addresses(65535, has_many=True)
    assert [addresses.take([]).ip for _ in range(2)] == ["127.255.255.1", "127.255.255.2"]


def test_an_address_that_was_given_back_is_used_again_last(addresses: Addresses) -> None:
    first = addresses.take([])
    others = [addresses.take([]).ip for _ in range(252)]
    addresses.give_back(first)
    assert addresses.take([]).ip not in (first.ip, *others)
    assert addresses.take([]).ip == first.ip
    with pytest.raises(NoAddress):
        addresses.take([])


def test_a_port_is_kept_where_it_is_free(addresses: Addresses) -> None:
    (port,) = free_ports(1)
    for _ in range(2):
        assert addresses.take([port, port + 1]).ports == {port: port, port + 1: port + 1}


@pytest.mark.parametrize("option", [socket.SO_REUSEADDR, socket.SO_REUSEPORT])
def test_a_port_that_somebody_listens_on_is_replaced(addresses: Addresses, option: int) -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, option, 1)
        server.bind(("0.0.0.0", 0))
        server.listen()
        taken = server.getsockname()[1]
        address = addresses.take([taken])
    assert address.ports[taken] != taken


def test_a_port_that_needs_rights_is_replaced(addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    class Socket(socket.socket):
        def bind(self, address: Any) -> None:
            if 0 < address[1] < 1024:
                raise PermissionError
            super().bind(address)

    # Who runs the tests may have the rights.
    monkeypatch.setattr(socket, "socket", Socket)
    assert addresses.take([80]).ports[80] >= 1024


def test_where_there_is_one_address_every_task_has_ports_of_its_own() -> None:
    addresses = Addresses(4566, has_many=False)
    taken = [addresses.take([8080, 9090]) for _ in range(50)]
    assert {address.ip for address in taken} == {"127.0.0.1"}
    ports = [port for address in taken for port in address.ports.values()]
    assert len(set(ports)) == 100
    addresses.give_back(taken[0])


def test_a_port_that_was_given_and_is_not_listened_on_yet_is_not_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    offers = iter([5001, 5001, 5001, 5002])
    monkeypatch.setattr("ecs_emulator.scheduler.addresses.free_ports", lambda _count: [next(offers)])
    assert Addresses(4566, has_many=False).take([80, 81]).ports == {80: 5001, 81: 5002}
