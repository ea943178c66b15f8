# Something on port 22 that is no SSH server: sends random bytes to whoever connects, until it is killed.
use strict;
use IO::Socket::INET;

my $server = IO::Socket::INET->new(LocalPort => 22, Listen => 64, ReuseAddr => 1) or die "listen: $!";
open my $pid, '>', '/srv/garbage.pid' or die "pid file: $!";
print $pid "$$\n";
close $pid;
$SIG{CHLD} = 'IGNORE';
while (1) {
  my $client = $server->accept or next;
  next if fork;
  $SIG{PIPE} = sub { exit };
  for (1 .. 200) { print $client join('', map { chr int rand 256 } 1 .. 512), "\n" }
  exit;
}
