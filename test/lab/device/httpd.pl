# The device's service: answers every request with 200 on port 80. Perl, because perl-base is on every Debian
# and a process costs 5 MB.
use strict;
use IO::Socket::INET;

my $server = IO::Socket::INET->new(LocalPort => 80, Listen => 64, ReuseAddr => 1) or die "listen: $!";
open my $pid, '>', '/srv/svc/pid' or die "pid file: $!";
print $pid "$$\n";
close $pid;
$SIG{PIPE} = 'IGNORE';
$SIG{CHLD} = 'IGNORE';
while (1) {
  my $client = $server->accept or next;
  # A child each: a client whose link was cut in mid-request must not keep the others waiting.
  my $child = fork;
  next if !defined $child or $child;
  close $server;
  my $request = <$client>;
  while (defined(my $line = <$client>)) { last if $line =~ /^\r?\n$/ }
  print $client "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";
  close $client;
  exit;
}
