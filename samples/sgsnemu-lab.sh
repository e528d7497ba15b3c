#!/usr/bin/env bash
# A genuine GTP lab on this machine alone: Debian's osmo-ggsn in one network namespace, the sgsnemu that it ships in
# another, a cable between them, and a capture of what crosses it. Nothing leaves the two namespaces.
#
#   OUT=capture.pcap samples/sgsnemu-lab.sh
#
# Needs root, osmo-ggsn, iproute2, ethtool and tcpdump. Exit 77 when one of them is missing.
set -euo pipefail

OUT=${OUT:?say where the capture goes: OUT=capture.pcap}
case $OUT in /*) ;; *) OUT=$PWD/$OUT ;; esac
if [ "$(id -u)" != 0 ]; then echo "sgsnemu-lab: needs root" >&2; exit 77; fi
for program in osmo-ggsn sgsnemu ip ethtool tcpdump; do
    command -v "$program" >/dev/null || { echo "sgsnemu-lab: $program is not installed" >&2; exit 77; }
done

dir=$(mktemp -d)
tag=rg$$
sgsn=$tag-sgsn ggsn=$tag-ggsn
pids=()
clean() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    ip netns del "$sgsn" 2>/dev/null || true
    ip netns del "$ggsn" 2>/dev/null || true
    rm -rf "$dir"
}
trap clean EXIT

ip netns add "$sgsn" 2>/dev/null || { echo "sgsnemu-lab: cannot make network namespaces here" >&2; exit 77; }
ip netns add "$ggsn"
ip link add "v$$s" netns "$sgsn" type veth peer name "v$$g" netns "$ggsn"
for end in "$sgsn v$$s 192.0.2.1" "$ggsn v$$g 192.0.2.2"; do
    read -r space link address <<<"$end"
    ip netns exec "$space" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
    ip -n "$space" link set lo up
    ip -n "$space" addr add "$address/24" dev "$link"
    ip -n "$space" link set "$link" up
    # Otherwise the capture has the checksums that no card ever filled in.
    ip netns exec "$space" ethtool -K "$link" tx off rx off >/dev/null 2>&1 || true
done
# A server behind the gateway, for the subscriber to reach.
ip -n "$ggsn" addr add 198.51.100.1/32 dev lo
[ -c /dev/net/tun ] || { mkdir -p /dev/net; mknod /dev/net/tun c 10 200 2>/dev/null || true; }

cat >"$dir/ggsn.cfg" <<CONFIG
log stderr
 logging level ggsn notice
line vty
 no login
 bind 127.0.0.1
ggsn ggsn0
 gtp state-dir $dir
 gtp bind-ip 192.0.2.2
 apn internet
  gtpu-mode tun
  tun-device rgtun
  type-support v4
  ip prefix dynamic 100.64.10.0/24
  ip dns 0 192.0.2.53
  ip ifconfig 100.64.10.0/24
  no shutdown
 no shutdown ggsn
CONFIG

ip netns exec "$ggsn" tcpdump -i "v$$g" -U -w "$OUT" udp or icmp >/dev/null 2>"$dir/tcpdump.log" &
pids+=($!)
(cd "$dir" && exec ip netns exec "$ggsn" osmo-ggsn -c "$dir/ggsn.cfg" >"$dir/ggsn.log" 2>&1) &
pids+=($!)
for _ in 1 2 3 4 5 6 7 8 9 10; do
    sleep 0.5
    ip -n "$ggsn" link show rgtun >/dev/null 2>&1 && break
done
ip netns exec "$ggsn" sysctl -qw net.ipv4.ip_forward=1

emulate() {
    mkdir -p "$dir/s"
    (cd "$dir/s" && timeout -k 1 6 ip netns exec "$sgsn" sgsnemu --listen 192.0.2.1 --remote 192.0.2.2 \
        --statedir "$dir/s" --pidfile "$dir/s/pid" --contexts 1 "$@" >>"$dir/sgsnemu.log" 2>&1) || true
}
# A session with identities of the test network 001-01, and a ping through it. (sgsnemu drops the leading zeros of an IMSI and
# fills up behind: on the wire 001010000000101 reads 101000000010100, of a country that does not exist.)
emulate --apn internet --imsi 001010000000101 --msisdn 99901000101 --timelimit 6 --pinghost 198.51.100.1 --pingrate 2 --pingcount 6
# The walk through subscribers for which the tool is known: an access point that the gateway refuses.
for n in 1 2 3 4; do
    emulate --imsi "00101000000020$n" --msisdn "9990100020$n" --timelimit 2 --apn "closed$n.example" --pinghost 198.51.100.1 --pingcount 1
done
sleep 1
kill -INT "${pids[0]}" 2>/dev/null || true
wait "${pids[0]}" 2>/dev/null || true
[ "$(stat -c %s "$OUT")" -gt 24 ] || { echo "sgsnemu-lab: nothing was captured" >&2; cat "$dir"/*.log >&2; exit 1; }
