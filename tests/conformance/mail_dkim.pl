#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# What Mail::DKIM says of messages, for dkim_oracles.py: a line "MESSAGE NAME RECORD" each, in
# hexadecimal, is answered with a line: the result of the first signature.  Names are looked up
# nowhere: NAME is the only one that there is.
use strict;
use warnings;
use Mail::DKIM::DNS;
use Mail::DKIM::Verifier;

$| = 1;

package Record;

sub type    { return 'TXT' }
sub txtdata { return $_[0]{text} }

package main;

my ($name, $record);

no warnings 'redefine';
*Mail::DKIM::DNS::query = sub {
    my ($domain, $type) = @_;
    return lc $domain eq lc $name ? bless({ text => $record }, 'Record') : ();
};

while (my $line = <STDIN>) {
    chomp $line;
    (my $message, $name, $record) = map { pack 'H*', $_ } split / /, $line, -1;
    my $result = eval {
        local $SIG{__WARN__} = sub { };
        my $verifier = Mail::DKIM::Verifier->new(Strict => 0);
        $verifier->PRINT($message);
        $verifier->CLOSE;
        my ($signature) = $verifier->signatures;
        defined $signature ? $signature->result_detail : $verifier->result_detail;
    };
    $result = "error ($@)" unless defined $result;
    $result =~ s/\s+/ /g;
    print "$result\n";
}
