#!/bin/sh
# Process 1 of a device. $1: its folder on the host, $2: its name.
# Private mounts make it a machine of its own; its folder stays reachable because nothing is mounted over /tmp.
set -e
dir=$1
hostname "$2"
mount -t proc proc /proc
mount --bind "$dir/passwd" /etc/passwd
mount --bind "$dir/shadow" /etc/shadow
mount --bind "$dir/home" /root
mount --bind "$dir/srv" /srv
mount --bind "$dir/bin" /usr/local/bin
mount -t tmpfs tmpfs /run
mkdir /run/sshd
/usr/sbin/sshd -f "$dir/sshd_config" -E "$dir/sshd.log"
svc start
while [ ! -s "$dir/sshd.pid" ]; do sleep 0.02; done
touch "$dir/ready"
# Reap orphans for ever: a dead service must not look alive as a zombie.
exec perl -e 'while (1) { select undef, undef, undef, 0.05 if wait == -1 }'
