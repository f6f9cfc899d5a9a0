#!/usr/bin/env node
/** `broker`: the installed command line of operators. In a clone, the command is `config/broker.ts`. */
import { runBrokerProcess } from './broker-process.ts';

await runBrokerProcess();
